export * from './alarm-row';
export * from './alarms';
export { PROOF_PERIOD_SECONDS } from './function-alarms';
export * from './runbook';
export * from './watched';
export * from './state-alarms';
