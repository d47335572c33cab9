export { connectValkey, type ValkeyConnection } from './connect';
export type { ValkeyClient, ValkeyOptions } from './client';
