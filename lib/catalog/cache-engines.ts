/** Engines of ElastiCache that speak the protocol of Redis. */
export type CacheEngine = 'valkey' | 'redis';

/** A version that a node based cache may have, with what it goes by elsewhere. */
export interface CacheVersionFacts {
  readonly engine: CacheEngine;
  /** Family of its parameter groups. */
  readonly family: string;
  /** As a serverless cache has it. */
  readonly major: string;
}

/**
 * Versions that ElastiCache offers and that know users with passwords and TLS.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticache-parametergroup.html (families)
 */
export const CACHE_VERSIONS = {
  '7.2': { engine: 'valkey', family: 'valkey7', major: '7' },
  '8.0': { engine: 'valkey', family: 'valkey8', major: '8' },
  '8.1': { engine: 'valkey', family: 'valkey8', major: '8' },
  '8.2': { engine: 'valkey', family: 'valkey8', major: '8' },
  '6.2': { engine: 'redis', family: 'redis6.x', major: '6' },
  '7.0': { engine: 'redis', family: 'redis7', major: '7' },
  '7.1': { engine: 'redis', family: 'redis7', major: '7' },
} as const satisfies Record<string, CacheVersionFacts>;

export type CacheVersion = keyof typeof CACHE_VERSIONS;

/** Versions of an engine, the oldest first. */
export const cacheVersionsOf = (engine: CacheEngine): readonly CacheVersion[] =>
  (Object.keys(CACHE_VERSIONS) as CacheVersion[])
    .filter((version) => CACHE_VERSIONS[version].engine === engine)
    .sort((a, b) => Number(a) - Number(b));

/** Major versions that a serverless cache may have. Redis OSS is serverless from 7 on. */
export const SERVERLESS_MAJORS: Readonly<Record<CacheEngine, readonly string[]>> = { valkey: ['7', '8'], redis: ['7'] };
