export * from './alarm-row';
export * from './alarms';
export { PROOF_PERIOD_SECONDS } from './function-alarms';
export * from './runbook';
export * from './watched';
export * from './state-alarms';
export * from './judge-alarm';
export { judgeState, LOOK_BACK, type AlarmState, type Judgement, type StateRule } from './judge-state';
export { calculate } from './arithmetic';
