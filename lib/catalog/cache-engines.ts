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
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SelectEngine.html (Valkey 7.2 to 9.0)
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticache-parametergroup.html (families up to valkey8; that
 * of 9.0 follows them, and templates that others publish have it)
 */
export const CACHE_VERSIONS = {
  '7.2': { engine: 'valkey', family: 'valkey7', major: '7' },
  '8.0': { engine: 'valkey', family: 'valkey8', major: '8' },
  '8.1': { engine: 'valkey', family: 'valkey8', major: '8' },
  '8.2': { engine: 'valkey', family: 'valkey8', major: '8' },
  '9.0': { engine: 'valkey', family: 'valkey9', major: '9' },
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

/**
 * Major versions that a serverless cache may have: Valkey from 7.2 on, Redis OSS from 7.1 on. That the former includes 9 is written nowhere.
 * @see https://github.com/aws/agent-toolkit-for-aws (amazon-elasticache, serverless-vs-node.md, 2026-08)
 */
export const SERVERLESS_MAJORS: Readonly<Record<CacheEngine, readonly string[]>> = { valkey: ['7', '8'], redis: ['7'] };
