export { connectValkey, tlsOf, type ValkeyConnection } from './connect';
export type { ValkeyClient, ValkeyOptions } from './client';
export type { ValkeyLogin } from './live-login';
export type { Unreachable } from './unreachable';
export { signCacheLogin, type CacheLoginRequest } from './sign-cache-login';
