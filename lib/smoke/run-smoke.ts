import type { SecretSource } from '../sources';
import type { DatabasesUnderTestOptions } from './databases-under-test';
import { provesDocumentDb } from './documentdb-store';
import { provesDynamoDb } from './dynamodb-store';
import { provesNeptune } from './neptune-store';
import { proveStores, type ChecksByKind, type ProofOptions } from './prove-stores';
import { provesRelational } from './relational';
import type { SmokeReport } from './report';
import type { TierUnderTest } from './tier-under-test';
import { provesValkey } from './valkey-store';

export interface SmokeOptions extends ProofOptions, DatabasesUnderTestOptions {
  readonly secrets: SecretSource;
}

/**
 * Proves a tier: every promise of every store, the same way on AWS and on this machine. Logs in as the smoke role and as the services, never as an
 * owner. What it writes lies in schema `polystore_smoke` and is removed again; it may run beside live traffic and beside itself.
 *
 * A broken promise is an outcome, never an error: one failing check hides no other.
 * @throws {PolystoreError} UNKNOWN_STORE where `only` names one that the topology lacks
 */
export async function runSmoke(options: SmokeOptions): Promise<SmokeReport> {
  const { secrets } = options;
  // A kind without a row does not compile.
  return proveStores(options, (tier: TierUnderTest): ChecksByKind => ({
    ...provesRelational(options)(tier),
    ...provesValkey(secrets)(tier),
    ...provesDynamoDb(tier),
    ...provesDocumentDb(secrets)(tier),
    ...provesNeptune({ secrets })(tier),
  }));
}
