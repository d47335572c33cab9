/** What alarms and quotas of a server go by. */
export interface ClusterClassFacts {
  readonly vcpu: number;
  readonly memoryGiB: number;
  /** Earns CPU credits below its baseline and spends them above it. */
  readonly burstable: boolean;
}

/**
 * Instance classes that DocumentDB offered in us-east-1, without their `db.` prefix. `vcpu` and `memoryGiB` are those of the EC2 type of the same name.
 * @see https://docs.aws.amazon.com/documentdb/latest/developerguide/db-instance-classes.html
 * @see https://github.com/getmoto/moto (instance_types.json, 2026-08-02), https://github.com/aws-cloudformation/cfn-lint (2026-08)
 */
export const DOCUMENTDB_CLASSES = {
  'r5.large': { vcpu: 2, memoryGiB: 16, burstable: false },
  'r5.xlarge': { vcpu: 4, memoryGiB: 32, burstable: false },
  'r5.2xlarge': { vcpu: 8, memoryGiB: 64, burstable: false },
  'r5.4xlarge': { vcpu: 16, memoryGiB: 128, burstable: false },
  'r5.8xlarge': { vcpu: 32, memoryGiB: 256, burstable: false },
  'r5.12xlarge': { vcpu: 48, memoryGiB: 384, burstable: false },
  'r5.16xlarge': { vcpu: 64, memoryGiB: 512, burstable: false },
  'r5.24xlarge': { vcpu: 96, memoryGiB: 768, burstable: false },
  'r6g.large': { vcpu: 2, memoryGiB: 16, burstable: false },
  'r6g.xlarge': { vcpu: 4, memoryGiB: 32, burstable: false },
  'r6g.2xlarge': { vcpu: 8, memoryGiB: 64, burstable: false },
  'r6g.4xlarge': { vcpu: 16, memoryGiB: 128, burstable: false },
  'r6g.8xlarge': { vcpu: 32, memoryGiB: 256, burstable: false },
  'r6g.12xlarge': { vcpu: 48, memoryGiB: 384, burstable: false },
  'r6g.16xlarge': { vcpu: 64, memoryGiB: 512, burstable: false },
  'r6gd.xlarge': { vcpu: 4, memoryGiB: 32, burstable: false },
  'r6gd.2xlarge': { vcpu: 8, memoryGiB: 64, burstable: false },
  'r6gd.4xlarge': { vcpu: 16, memoryGiB: 128, burstable: false },
  'r6gd.8xlarge': { vcpu: 32, memoryGiB: 256, burstable: false },
  'r6gd.12xlarge': { vcpu: 48, memoryGiB: 384, burstable: false },
  'r6gd.16xlarge': { vcpu: 64, memoryGiB: 512, burstable: false },
  'r8g.large': { vcpu: 2, memoryGiB: 16, burstable: false },
  'r8g.xlarge': { vcpu: 4, memoryGiB: 32, burstable: false },
  'r8g.2xlarge': { vcpu: 8, memoryGiB: 64, burstable: false },
  'r8g.4xlarge': { vcpu: 16, memoryGiB: 128, burstable: false },
  'r8g.8xlarge': { vcpu: 32, memoryGiB: 256, burstable: false },
  'r8g.12xlarge': { vcpu: 48, memoryGiB: 384, burstable: false },
  'r8g.16xlarge': { vcpu: 64, memoryGiB: 512, burstable: false },
  'r8g.24xlarge': { vcpu: 96, memoryGiB: 768, burstable: false },
  'r8g.48xlarge': { vcpu: 192, memoryGiB: 1536, burstable: false },
  't3.medium': { vcpu: 2, memoryGiB: 4, burstable: true },
  't4g.medium': { vcpu: 2, memoryGiB: 4, burstable: true },
} as const satisfies Record<string, ClusterClassFacts>;

/** An instance class of DocumentDB without its `db.` prefix: `r8g.large`. */
export type DocumentDbClass = keyof typeof DOCUMENTDB_CLASSES;

export const isDocumentDbClass = (name: string): name is DocumentDbClass => Object.hasOwn(DOCUMENTDB_CLASSES, name);

/**
 * Versions that a new cluster may have and that can be serverless and I/O-optimized, each with what AWS calls it.
 * @see https://docs.aws.amazon.com/documentdb/latest/developerguide/release-notes.html
 * @see https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-serverless-limitations.html (serverless: 5.0 and 8.0)
 */
export const DOCUMENTDB_VERSIONS = { '5.0': '5.0.0', '8.0': '8.0.0' } as const;

export type DocumentDbVersion = keyof typeof DOCUMENTDB_VERSIONS;

/**
 * vCPU that a server of an elastic cluster may have.
 * @see https://docs.aws.amazon.com/documentdb/latest/developerguide/API_elastic_CreateCluster.html (shardCapacity)
 */
export const DOCUMENTDB_ELASTIC_VCPU = [2, 4, 8, 16, 32, 64] as const;

export type DocumentDbElasticVcpu = (typeof DOCUMENTDB_ELASTIC_VCPU)[number];

/** What a shard of an elastic cluster takes, by the vCPU of its servers. */
export interface DocumentDbElasticShard {
  readonly memoryGiB: number;
  readonly maxConnections: number;
  readonly maxCursors: number;
}

/** @see https://docs.aws.amazon.com/documentdb/latest/developerguide/limits.html (elastic cluster CPU, memory, connection, and cursor limits per shard) */
export const DOCUMENTDB_ELASTIC_SHARDS: Readonly<Record<DocumentDbElasticVcpu, DocumentDbElasticShard>> = {
  2: { memoryGiB: 16, maxConnections: 1_700, maxCursors: 450 },
  4: { memoryGiB: 32, maxConnections: 3_500, maxCursors: 450 },
  8: { memoryGiB: 64, maxConnections: 7_100, maxCursors: 450 },
  16: { memoryGiB: 128, maxConnections: 14_200, maxCursors: 760 },
  32: { memoryGiB: 256, maxConnections: 28_400, maxCursors: 1_520 },
  64: { memoryGiB: 512, maxConnections: 30_000, maxCursors: 3_040 },
};
