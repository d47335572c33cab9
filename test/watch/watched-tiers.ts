import consumers from '../../examples/consumers.config';
import federated from '../../examples/federated-shop.config';
import rangesAndTenants from '../../examples/ranges-and-tenants.config';
import single from '../../examples/single-database.config';
import { DOCUMENTDB_CLASSES, INSTANCE_CLASSES, NEPTUNE_CLASSES } from '../../lib/catalog';
import {
  autoscaled,
  clusterMode,
  documentdb,
  isRelational,
  neptune,
  parseTier,
  postgres,
  rdsProxy,
  serverless,
  serverlessCache,
  shardedPostgres,
  valkey,
  type TierDefinition,
} from '../../lib/definition';
import { awayTier, globalTier } from '../support/away-tier';
import { blogTier } from '../support/blog-tier';
import { clusterTier } from '../support/cluster-tier';
import { estateTier } from '../support/estate-tier';
import { tableTier } from '../support/table-tier';
import { resourcesOf, templatesOf, type TemplateJson } from '../support/synthesized-tier';
import type { Facts } from './expected-alarms';
import type { AlarmProperties } from './template-alarm';

/** Servers that scale, burst and are reached by proxies: what the examples have none of. */
const wide = parseTier({
  name: 'wide',
  stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
  stores: {
    main: postgres({ class: 't4g.medium', pooling: rdsProxy(), replicas: 1 }),
    posts: shardedPostgres({
      shardKey: 'id',
      shards: { s0: {}, s1: { class: 'r8g.large', readers: 4 }, s10: { readers: autoscaled({ min: 2, max: 5 }) } },
      capacity: serverless({ minAcu: 1, maxAcu: 8 }),
      pooling: rdsProxy({ reads: 'pooled' }),
    }),
  },
  services: { web: { uses: { main: 'write', posts: 'write' } } },
});

const caches = parseTier({
  name: 'fast',
  stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
  stores: {
    sessions: valkey({ eviction: 'allkeys-lru' }),
    feeds: valkey({ shape: clusterMode({ shards: 2 }), class: 'r7g.xlarge' }),
    pages: valkey({ shape: serverlessCache({ dataGb: { max: 10 } }) }),
  },
});

const scaling = parseTier({
  name: 'scaling',
  stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
  stores: {
    profiles: documentdb({ capacity: { minDcu: 1, maxDcu: 16 } }),
    friends: neptune({ capacity: { minNcu: 1, maxNcu: 16 } }),
  },
});

/** Aurora servers that are there already: CloudWatch is asked for each, and for no cluster. */
const IMPORTED = ['legacy-1', 'legacy-2'] as const;
const estate = estateTier({
  legacy: {
    primary: { identifier: IMPORTED[0], class: 'r8g.large' },
    r1: { identifier: IMPORTED[1], class: 'r8g.large' },
    all: { engine: 'aurora-postgres', maxConnections: 500 },
  },
});
const IMPORTED_FACTS: Facts = { vcpu: 2, memoryGiB: 16, storageGiB: 0, maxConnections: 500, isAurora: true };

/** The examples in both profiles, and tiers that have what these don't. */
export const WATCHED_TIERS: readonly TierDefinition[] = [
  blogTier('dev'),
  blogTier('prod'),
  parseTier(consumers, { stage: 'live' }),
  parseTier(federated, { stage: 'test' }),
  parseTier(federated, { stage: 'live' }),
  parseTier(rangesAndTenants, { stage: 'prod' }),
  parseTier({
    ...single,
    stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
  }),
  awayTier(),
  globalTier(),
  wide,
  estate,
  caches,
  tableTier('prod'),
  clusterTier('prod'),
  scaling,
];

export interface SynthesizedAlarm {
  readonly stack: string;
  readonly properties: AlarmProperties;
  /** Of the server that it watches, or of any of the cluster that it watches, if it watches one. */
  readonly facts: Facts;
}

/** Every alarm of a metric of every tier, as the templates have them. */
export const synthesizedAlarms = (): readonly SynthesizedAlarm[] => WATCHED_TIERS.flatMap(alarmsOf);

const NOTHING: Facts = { vcpu: 0, memoryGiB: 0, storageGiB: 0, maxConnections: 0, isAurora: false };

function alarmsOf(tier: TierDefinition): readonly SynthesizedAlarm[] {
  const templates = templatesOf(tier);
  const facts = factsOf(tier, templates);
  return resourcesOf(templates, 'AWS::CloudWatch::Alarm').map(({ stack, Properties }) => {
    const properties = Properties as unknown as AlarmProperties;
    const watched = properties.Dimensions?.find(({ Name }) =>
      /^(DB(Instance|Cluster)Identifier|ClusterName)$/.test(Name),
    )?.Value;
    return { stack, properties, facts: facts.get(String(watched)) ?? NOTHING };
  });
}

/** Services that have servers in clusters. */
const SERVICES = ['RDS', 'DocDB', 'Neptune'];

const CLASSES: Readonly<Record<string, { readonly vcpu: number; readonly memoryGiB: number } | undefined>> = {
  ...DOCUMENTDB_CLASSES,
  ...NEPTUNE_CLASSES,
  ...INSTANCE_CLASSES,
};

/** Of every server, and of every cluster by any of its servers, from its own resource. */
function factsOf(tier: TierDefinition, templates: Record<string, TemplateJson>): ReadonlyMap<string, Facts> {
  const clusters = new Map(
    SERVICES.flatMap((service) =>
      resourcesOf(templates, `AWS::${service}::DBCluster`).map(
        ({ stack, id, Properties }) => [`${stack}/${id}`, Properties] as const,
      ),
    ),
  );
  return new Map([
    ...IMPORTED.map((identifier) => [identifier, IMPORTED_FACTS] as const),
    ...resourcesOf(templates, 'AWS::DocDBElastic::Cluster').map(({ Properties }): readonly [string, Facts] => {
      const vcpu = Number(Properties['ShardCapacity']);
      // 8 GiB a vCPU, whatever the capacity.
      return [String(Properties['ClusterName']), { ...NOTHING, vcpu, memoryGiB: 8 * vcpu }];
    }),
    ...SERVICES.flatMap((service) => resourcesOf(templates, `AWS::${service}::DBInstance`)).flatMap(
      ({ stack, Properties }): readonly (readonly [string, Facts])[] => {
        const name = String(Properties['DBInstanceClass']).replace(/^db\./, '');
        const { Ref: cluster } = (Properties['DBClusterIdentifier'] ?? {}) as { readonly Ref?: string };
        const own = clusters.get(`${stack}/${cluster ?? ''}`);
        const scaling = (own?.['ServerlessV2ScalingConfiguration'] ?? own?.['ServerlessScalingConfiguration']) as
          { readonly MaxCapacity: number } | undefined;
        const known = CLASSES[name];
        const store = Object.values(tier.stores).find(
          (each) => stack === each.name || stack.startsWith(`${each.name}-`),
        );
        const facts: Facts = {
          vcpu: known?.vcpu ?? 0,
          // An ACU has 2 GiB, and so have a DCU and an NCU.
          memoryGiB: known?.memoryGiB ?? 2 * (scaling?.MaxCapacity ?? 0),
          storageGiB: Number(Properties['AllocatedStorage'] ?? replicated(tier, stack)),
          maxConnections: store !== undefined && isRelational(store) ? store.maxConnections : 0,
          isAurora: Properties['DBClusterIdentifier'] !== undefined,
        };
        return [
          [String(Properties['DBInstanceIdentifier']), facts],
          ...(own === undefined ? [] : [[String(own['DBClusterIdentifier']), facts] as const]),
        ];
      },
    ),
  ]);
}

/** Storage of a replica: its template is silent about it, since it is its primary’s. */
function replicated(tier: TierDefinition, stack: string): number {
  const store = Object.values(tier.stores).find((each) => stack === each.name || stack.startsWith(`${each.name}-`));
  return store?.kind === 'postgres' ? store.storage.sizeGiB : 0;
}
