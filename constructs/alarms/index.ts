export * from './gathering-alarm';
export * from './rds-event-subscription';
export * from './watched-alarms';
