export * from './alarm-to';
export * from './secondary-alarm';
export * from './server-alarm-rows';
export * from './server-alarms';
export * from './watched-server';
