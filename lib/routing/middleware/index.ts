export { expressSession } from './express';
export { fastifySession } from './fastify';
export { lambdaSession } from './lambda';
export type { SessionCookieOptions, SessionMiddlewareOptions, SessionOpener } from './session-carrier';
