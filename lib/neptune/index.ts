export { connectNeptune, encryptionOf, type GraphConnection } from './connect';
export type { GraphClient, GraphClientOptions } from './client';
export { signBoltLogin, type BoltLoginRequest } from './sign-bolt-login';
