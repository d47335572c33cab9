import { Stack, Tags } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import {
  CACHE_LOGS,
  CACHE_PORT,
  CACHE_READER_PORT,
  CacheUserGroup,
  ValkeyNodes,
  ValkeyServerless,
  type CacheEndpoint,
  type CacheUser,
} from '../../constructs';
import { CACHE_VERSIONS, tiersData } from '../catalog';
import type { TierDefinition, ValkeyDefinition } from '../definition';
import {
  CACHE_ACCESS,
  cacheUserEnd,
  SMOKE_ROLE,
  type ServerTopology,
  type SlotsTopology,
  type ValkeyPart,
} from '../topology';
import { serverName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import { statefulStackSettings, tagStack } from './stack-settings';
import type { Store } from './store';
import { storeKey } from './store-encryption';
import { publishStore } from './store-part';
import type { TierNetwork } from './tier-network';

/**
 * One store of kind `valkey`: its key, its users, the cache, what the topology says of it.
 *
 * Users are here, and not in the stack of access: a cache is born with its group of users, and ElastiCache lets nobody make them from inside.
 * A service that comes or goes changes the group, which interrupts nothing.
 */
export class ValkeyStack extends Stack {
  readonly key: kms.IKey;
  readonly users: CacheUserGroup;
  readonly cache: ValkeyNodes | ValkeyServerless;

  constructor(scope: Construct, tier: TierDefinition, store: ValkeyDefinition, network: TierNetwork) {
    const settings = statefulStackSettings(tier, [store.name], `store ${store.name}`);
    super(scope, settings.stackName, settings);
    const { removalPolicy } = PROFILE_SETTINGS[tier.stage.profile];
    const logGroupPrefix = store.shape.kind === 'serverlessCache' ? 'none' : CACHE_LOGS;
    this.key = storeKey(this, tier, store, { logGroupPrefix });
    this.users = new CacheUserGroup(this, 'Users', {
      engine: store.engine,
      name: serverName(tier, store.name),
      users: usersOf(tier, store),
      encryptionKey: this.key,
      removalPolicy,
    });
    for (const { name } of Object.values(tier.services)) {
      const secret = this.users.secrets[name];
      if (secret !== undefined) Tags.of(secret).add('service', name);
    }
    this.cache = cacheOf(this, tier, store, network);
    publishStore(this, tier, store.name, partOf(tier, store, this.cache));
    tagStack(this, tier, { store: store.name });
  }
}

/** The smoke test, and each service that uses the store. */
function usersOf(
  { name, stage, services }: TierDefinition,
  store: ValkeyDefinition,
): Readonly<Record<string, CacheUser>> {
  const where = `in store ${store.name} of ${name}/${stage.name}`;
  return {
    // No service is called so.
    [SMOKE_ROLE]: { id: cacheUserEnd(SMOKE_ROLE), access: CACHE_ACCESS.smoke, description: `Smoke test ${where}` },
    ...Object.fromEntries(
      Object.values(services).flatMap(({ name: service, uses, authentication }): [string, CacheUser][] => {
        const access = uses[store.name];
        return access === undefined
          ? []
          : [[service, { authentication, access: CACHE_ACCESS[access], description: `Service ${service} ${where}` }]];
      }),
    ),
  };
}

function cacheOf(
  stack: ValkeyStack,
  tier: TierDefinition,
  store: ValkeyDefinition,
  network: TierNetwork,
): ValkeyNodes | ValkeyServerless {
  const profile = PROFILE_SETTINGS[tier.stage.profile];
  const { vpc, dataSubnets } = network.in(stack);
  const { shape, engine, version, backup } = store;
  const { family, major } = CACHE_VERSIONS[version];
  const cacheName = serverName(tier, store.name);
  const common = {
    vpc,
    vpcSubnets: dataSubnets,
    cacheName,
    engine,
    encryptionKey: stack.key,
    users: stack.users,
    snapshotDays: backup.retentionDays,
    removalPolicy: profile.removalPolicy,
  };
  if (shape.kind === 'serverlessCache') {
    return new ValkeyServerless(stack, 'Valkey', {
      ...common,
      majorVersion: major,
      dataGb: shape.dataGb,
      ecpuPerSecond: shape.ecpuPerSecond,
      snapshotTime: backup.window.slice(0, 5),
      ...(profile.deletionProtection && { finalSnapshotName: `${cacheName}-final` }),
    });
  }
  return new ValkeyNodes(stack, 'Valkey', {
    ...common,
    engineVersion: version,
    family,
    nodeType: shape.class,
    ...(shape.kind === 'clusterMode' && { shards: shape.shards }),
    replicas: shape.replicas,
    multiAz: profile.multiAz && shape.replicas > 0,
    dataTiering: tiersData(shape.class),
    eviction: store.eviction,
    slowCommandMicros: store.slowCommandMs * 1000,
    snapshotWindow: backup.window,
    maintenanceWindow: store.maintenance.window,
    logRetention: profile.logRetention,
  });
}

function partOf(tier: TierDefinition, store: ValkeyDefinition, cache: ValkeyNodes | ValkeyServerless): ValkeyPart {
  const slots = slotsOf(store);
  return {
    kind: 'valkey',
    engine: store.engine,
    primary: serverAt('primary', cache.primaryEndpoint),
    replicas: cache.readerEndpoint === undefined ? [] : [serverAt('replicas', cache.readerEndpoint)],
    ...(slots !== undefined && { slots }),
    cache: {
      name: serverName(tier, store.name),
      ...(store.shape.kind === 'serverlessCache' && { serverless: true }),
    },
  };
}

function slotsOf({ shape }: ValkeyDefinition): SlotsTopology | undefined {
  switch (shape.kind) {
    case 'replicationGroup':
      return undefined;
    case 'clusterMode':
      return { shards: shape.shards, replicasAShard: shape.replicas };
    case 'serverlessCache':
      // As many as it likes, and a second zone always.
      return { replicasAShard: 1 };
  }
}

const serverAt = (name: string, { host, port }: CacheEndpoint): ServerTopology => ({
  name,
  endpoint: { host, port, via: 'direct' },
});

/** Synthesizes a store of kind `valkey`. */
export function synthesizeValkey(
  scope: Construct,
  tier: TierDefinition,
  store: ValkeyDefinition,
  network: TierNetwork,
): Store {
  const stack = new ValkeyStack(scope, tier, store, network);
  const { [SMOKE_ROLE]: smoke, ...services } = stack.users.secrets;
  if (smoke === undefined) throw new TypeError(`store ${store.name} has no user for the smoke test`);
  return {
    name: store.name,
    stacks: [stack],
    key: stack.key,
    servers: {
      securityGroup: stack.cache.securityGroup,
      port: CACHE_PORT,
      ...(store.shape.kind === 'serverlessCache' && { lastPort: CACHE_READER_PORT }),
    },
    shardStacks: [],
    cache: { serverless: store.shape.kind === 'serverlessCache' },
    logins: {
      smoke: smoke.arn,
      services: new Map(Object.entries(services).map(([name, { arn }]) => [name, arn])),
    },
  };
}
