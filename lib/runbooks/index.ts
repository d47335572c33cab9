export * from './drill-record';
export * from './leading-alarms';
export * from './parse-runbook';
export * from './render-runbook';
export * from './runbook';
export * from './runbook-files';
export * from './tier-names';
