import { provesValkey } from '../lib/smoke/valkey-store';
import { secretsFromEnvironment } from '../lib/sources/tier-sources';
import { smokeTest } from './step/prove';

/** Proves every cache. */
export const handler = smokeTest('valkey', () => provesValkey(secretsFromEnvironment(process.env)));
