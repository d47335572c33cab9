import { PolystoreError } from '../errors';
import type { Topology } from '../topology';
import { FileSecrets } from './file-secrets';
import { FileTopology } from './file-topology';
import { SsmLastReport, type LastReportSource } from './last-report';
import { openPlacement } from './open-placement';
import type { PlacementStore } from './placement-store';
import type { SecretSource } from './secrets';
import { SecretsManagerSecrets } from './secrets-manager-secrets';
import { SsmTopology } from './ssm-topology';
import type { TopologySource } from './topology-source';

/** Where a running tier describes itself and keeps its secrets. */
export interface TierSources {
  readonly topology: TopologySource;
  readonly secrets: SecretSource;
  /** Where its last report is kept; none on this machine. */
  readonly lastReport?: LastReportSource;
}

/**
 * The sources that environment variables name: `POLYSTORE_PREFIX` (`/<tier>/<stage>`) for a deployed tier, or `POLYSTORE_TOPOLOGY_FILE` and
 * `POLYSTORE_SECRETS_FILE` for one on this machine.
 * @throws {PolystoreError} DOCUMENT_MISSING where they name neither
 */
export function sourcesFromEnvironment(env: Readonly<Record<string, string | undefined>>): TierSources {
  const { POLYSTORE_PREFIX: prefix, POLYSTORE_TOPOLOGY_FILE: topology, POLYSTORE_SECRETS_FILE: secrets } = env;
  if (prefix) {
    return {
      topology: new SsmTopology(prefix),
      secrets: new SecretsManagerSecrets(),
      lastReport: new SsmLastReport(prefix),
    };
  }
  if (topology && secrets) return { topology: new FileTopology(topology), secrets: new FileSecrets(secrets) };
  throw new PolystoreError('DOCUMENT_MISSING', 'the environment names no tier', {
    details: { document: 'topology', source: 'the environment' },
    next: 'Set POLYSTORE_PREFIX to /<tier>/<stage>, or POLYSTORE_TOPOLOGY_FILE and POLYSTORE_SECRETS_FILE to files.',
  });
}

/** The placement of each sharded store, where the topology says. */
export function placementsOf(topology: Topology): (store: string) => PlacementStore {
  return (name) => {
    const store = topology.stores[name];
    if (store?.kind === 'shardedPostgres') return openPlacement(name, store.placement);
    const known = Object.keys(topology.stores);
    throw new PolystoreError('UNKNOWN_STORE', `store "${name}" has no placement; stores are: ${known.join(', ')}`, {
      details: { store: name, known },
      next: 'Only sharded stores have a placement.',
    });
  };
}
