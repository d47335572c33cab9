import { z } from 'zod';
import { CACHE_VERSIONS, LIMITS, type CacheVersion } from '../../catalog';
import { existingKeyOptions } from '../stores/existing-key-schema';
import { integer, oneOf, options, text } from '../shape/option';
import { backupOf, maintenance } from '../postgres/schema';
import type { EvictionPolicy, ValkeyOptions } from './store';

const replicas = integer(0, LIMITS.cacheReplicas.value);
const dataGb = integer(1, LIMITS.cacheServerlessDataMaxGb.value);
const ecpuPerSecond = integer(LIMITS.cacheServerlessEcpuMin.value, LIMITS.cacheServerlessEcpuMax.value);
const kind = <K extends string>(word: K) => z.literal(word).meta({ allowed: `${word}({ … })` });

const shape = z
  .discriminatedUnion('kind', [
    options('replicationGroup({ replicas: … })', {
      kind: kind('replicationGroup'),
      replicas: replicas.optional(),
    }),
    options('clusterMode({ shards: …, replicas: … })', {
      kind: kind('clusterMode'),
      shards: integer(1, LIMITS.cacheShards.value),
      replicas: replicas.optional(),
    }),
    options('serverlessCache({ dataGb: …, ecpuPerSecond: … })', {
      kind: kind('serverlessCache'),
      dataGb: options('{ min: …, max: … }', { min: dataGb.optional(), max: dataGb.optional() }).optional(),
      ecpuPerSecond: options('{ min: …, max: … }', {
        min: ecpuPerSecond.optional(),
        max: ecpuPerSecond.optional(),
      }).optional(),
    }),
  ])
  .meta({ allowed: 'replicationGroup({ … }), clusterMode({ … }) or serverlessCache({ … })' });

const EVICTION_POLICIES = [
  'noeviction',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
] as const satisfies readonly EvictionPolicy[];

const VERSIONS = Object.keys(CACHE_VERSIONS) as [CacheVersion, ...CacheVersion[]];

/** What may be written for a store of kind `valkey`. */
export const valkeyOptions = options('valkey({ … })', {
  engine: oneOf('valkey', 'redis').optional(),
  version: oneOf(...VERSIONS).optional(),
  shape: shape.optional(),
  class: text("node type such as 'r7g.large'").optional(),
  eviction: oneOf(...EVICTION_POLICIES).optional(),
  slowCommandMs: integer(0, 3_600_000).optional(),
  backup: backupOf(0, LIMITS.cacheSnapshotDays.value).optional(),
  maintenance: maintenance.optional(),
  encryptionKey: existingKeyOptions.optional(),
} satisfies Record<keyof ValkeyOptions, z.ZodType>);
