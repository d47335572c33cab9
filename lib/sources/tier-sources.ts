import { PolystoreError } from '../errors';
import type { StoreFamily } from '../topology';
import { FileSecrets } from './file-secrets';
import { FileTopology } from './file-topology';
import { SsmLastReport, type LastReportSource } from './last-report';
import type { SecretSource } from './secrets';
import { SecretsManagerSecrets } from './secrets-manager-secrets';
import { SsmTopology } from './ssm-topology';
import type { TopologySource } from './topology-source';

/**
 * Environment variables that name a running tier: `POLYSTORE_PREFIX` (`/<tier>/<stage>`) for a deployed tier, or `POLYSTORE_TOPOLOGY_FILE` and
 * `POLYSTORE_SECRETS_FILE` for one on this machine.
 */
export type TierEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Where the tier that environment variables name describes itself.
 * @throws {PolystoreError} DOCUMENT_MISSING where they name none
 */
export function topologyFromEnvironment(env: TierEnvironment): TopologySource {
  const named = namedTier(env);
  return named.prefix === undefined ? new FileTopology(named.topology) : new SsmTopology(named.prefix);
}

/**
 * Where the tier that environment variables name keeps its secrets.
 * @throws {PolystoreError} DOCUMENT_MISSING where they name none
 */
export function secretsFromEnvironment(env: TierEnvironment): SecretSource {
  const named = namedTier(env);
  return named.prefix === undefined ? new FileSecrets(named.secrets) : new SecretsManagerSecrets();
}

/**
 * Where a tier on this machine keeps its secrets; none of a deployed one, for who logs in to nothing there.
 * @throws {PolystoreError} DOCUMENT_MISSING where the environment names no tier
 */
export function localSecretsFromEnvironment(env: TierEnvironment): SecretSource | undefined {
  const named = namedTier(env);
  return named.prefix === undefined ? new FileSecrets(named.secrets) : undefined;
}

/**
 * Where the last report of a family's stores is kept; on this machine none of one family is.
 * @throws {PolystoreError} DOCUMENT_MISSING where the environment names no tier
 */
export function lastReportFromEnvironment(env: TierEnvironment, family: StoreFamily): LastReportSource | undefined {
  const { prefix } = namedTier(env);
  return prefix === undefined ? undefined : new SsmLastReport(prefix, family);
}

type NamedTier =
  { readonly prefix: string } | { readonly prefix?: never; readonly topology: string; readonly secrets: string };

function namedTier(env: TierEnvironment): NamedTier {
  const { POLYSTORE_PREFIX: prefix, POLYSTORE_TOPOLOGY_FILE: topology, POLYSTORE_SECRETS_FILE: secrets } = env;
  if (prefix) return { prefix };
  if (topology && secrets) return { topology, secrets };
  throw new PolystoreError('DOCUMENT_MISSING', 'the environment names no tier', {
    details: { document: 'topology', source: 'the environment' },
    next: 'Set POLYSTORE_PREFIX to /<tier>/<stage>, or POLYSTORE_TOPOLOGY_FILE and POLYSTORE_SECRETS_FILE to files.',
  });
}
