import { describeDocumentServer, type DescribedDocumentServer } from '../documentdb';
import type { TierDefinition } from '../definition';
import {
  SMOKE_ROLE,
  type DatabaseSecrets,
  type Endpoint,
  type ServerTopology,
  type StandInGap,
  type StoreTopology,
} from '../topology';
import type { PlannedStore } from './other-engines';
import { askGiven, givenFailed, parseStoreUrl, urlVariable, type GivenServer, type UrlForm } from './store-url';
import { secretsAt, servicesOf } from './tier-plan';

const FORM: UrlForm = { schemes: { mongodb: 'plain' }, defaultPort: 27017 };
const TIMEOUT_MS = 2_000;

/**
 * How a store of kind `documentdb` runs on a server that somebody else runs: users of the tier are made there by whom the URL names, and stay when the
 * tier stops. Of a replica set each other server is a replica.
 * @throws {PolystoreError} ENGINE_FAILED where the URL or its server is of no use
 */
export async function planGivenDocumentDb(
  { store, url, hasReaders }: { readonly store: string; readonly url: string; readonly hasReaders: boolean },
  tier: Pick<TierDefinition, 'services'>,
): Promise<PlannedStore> {
  const given = parseStoreUrl(store, url, FORM);
  const { endpoint, trust, login: owner } = given;
  if (owner === undefined) {
    throw givenFailed(store, `${urlVariable(store)} names nobody`, 'Name a user who may make users, with a password.');
  }
  const described = await askGiven(given, () =>
    describeDocumentServer(
      { endpoint, credentials: owner, trust },
      { appName: 'polystore', connectTimeoutMs: TIMEOUT_MS, operationTimeoutMs: TIMEOUT_MS },
    ),
  );
  const services = servicesOf(tier, store);
  const secrets = secretsAt(store, services);
  return {
    store,
    servers: [],
    users: {
      [secrets.smoke]: SMOKE_ROLE,
      ...Object.fromEntries(services.map((service) => [secrets.services[service] as string, service])),
    },
    given: { [secrets.owner]: owner },
    // Whoever runs it has started it.
    start: () => Promise.resolve([]),
    topology: () => topologyOf(given, described, { secrets, hasReaders }),
  };
}

function topologyOf(
  { store, endpoint, trust }: GivenServer,
  { engine, hasRoles, set }: DescribedDocumentServer,
  { secrets, hasReaders }: { readonly secrets: DatabaseSecrets; readonly hasReaders: boolean },
): StoreTopology {
  const replicas = (set?.others ?? []).map((address, index): ServerTopology => ({
    name: `r${index + 1}`,
    endpoint: endpointOf(address),
  }));
  const lacks: readonly StandInGap[] = [
    ...(hasRoles ? [] : (['roles'] as const)),
    ...(hasReaders && replicas.length === 0 ? (['replicas'] as const) : []),
  ];
  return {
    kind: 'documentdb',
    database: store,
    ...(set && { replicaSet: set.name }),
    primary: { name: 'primary', endpoint: set ? endpointOf(set.primary) : endpoint },
    replicas,
    standIn: { engine, lacks },
    trust,
    secrets,
  };
}

function endpointOf(address: string): Endpoint {
  const [, host = address, port = '27017'] = /^(.*):(\d+)$/.exec(address) ?? [];
  return { host, port: Number(port), via: 'direct' };
}
