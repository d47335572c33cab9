export * from './decide-route';
export type { RouterLogin } from './grant';
export * from './handles';
export * from './open-router';
export type { HandleOf, Router, RouterCore, TierShape } from './router';
