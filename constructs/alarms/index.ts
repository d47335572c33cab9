export { GatheringAlarm, type GatheringAlarmProps } from './gathering-alarm';
export * from './rds-event-subscription';
export * from './repeated-alarms';
export * from './watched-alarms';
