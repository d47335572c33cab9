import { provesDocumentDb } from '../lib/smoke/documentdb-store';
import { secretsFromEnvironment } from '../lib/sources/tier-sources';
import { smokeTest } from './step/prove';

/** Proves every store of documents. */
export const handler = smokeTest('documentdb', () => provesDocumentDb(secretsFromEnvironment(process.env)));
