export * from './cache-event-rule';
export { GatheringAlarm, type GatheringAlarmProps } from './gathering-alarm';
export * from './server-event-subscription';
export * from './repeated-alarms';
export * from './watched-alarms';
