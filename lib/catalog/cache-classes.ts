/**
 * Node types that ElastiCache offers for Valkey and Redis OSS in us-east-1, without their `cache.` prefix. `memoryGiB` is `maxmemory`, of which a
 * quarter is reserved by default (`reserved-memory-percent`); `vcpu` is that of the EC2 type of the same name.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html (maxmemory by node type)
 */
export const CACHE_CLASSES = {
  't4g.micro': { vcpu: 2, memoryGiB: 0.5 },
  't4g.small': { vcpu: 2, memoryGiB: 1.37 },
  't4g.medium': { vcpu: 2, memoryGiB: 3.09 },
  't3.micro': { vcpu: 2, memoryGiB: 0.5 },
  't3.small': { vcpu: 2, memoryGiB: 1.37 },
  't3.medium': { vcpu: 2, memoryGiB: 3.09 },
  'm5.large': { vcpu: 2, memoryGiB: 6.38 },
  'm5.xlarge': { vcpu: 4, memoryGiB: 12.93 },
  'm5.2xlarge': { vcpu: 8, memoryGiB: 26.04 },
  'm5.4xlarge': { vcpu: 16, memoryGiB: 52.26 },
  'm5.12xlarge': { vcpu: 48, memoryGiB: 157.12 },
  'm5.24xlarge': { vcpu: 96, memoryGiB: 314.32 },
  'm6g.large': { vcpu: 2, memoryGiB: 6.38 },
  'm6g.xlarge': { vcpu: 4, memoryGiB: 12.93 },
  'm6g.2xlarge': { vcpu: 8, memoryGiB: 26.04 },
  'm6g.4xlarge': { vcpu: 16, memoryGiB: 52.26 },
  'm6g.8xlarge': { vcpu: 32, memoryGiB: 103.68 },
  'm6g.12xlarge': { vcpu: 48, memoryGiB: 157.12 },
  'm6g.16xlarge': { vcpu: 64, memoryGiB: 209.55 },
  'm7g.large': { vcpu: 2, memoryGiB: 6.38 },
  'm7g.xlarge': { vcpu: 4, memoryGiB: 12.93 },
  'm7g.2xlarge': { vcpu: 8, memoryGiB: 26.04 },
  'm7g.4xlarge': { vcpu: 16, memoryGiB: 52.26 },
  'm7g.8xlarge': { vcpu: 32, memoryGiB: 103.68 },
  'm7g.12xlarge': { vcpu: 48, memoryGiB: 157.12 },
  'm7g.16xlarge': { vcpu: 64, memoryGiB: 209.55 },
  'm8g.large': { vcpu: 2, memoryGiB: 6.79 },
  'm8g.xlarge': { vcpu: 4, memoryGiB: 14.18 },
  'm8g.2xlarge': { vcpu: 8, memoryGiB: 29.68 },
  'm8g.4xlarge': { vcpu: 16, memoryGiB: 61.33 },
  'm8g.8xlarge': { vcpu: 32, memoryGiB: 124.65 },
  'm8g.12xlarge': { vcpu: 48, memoryGiB: 187.96 },
  'm8g.16xlarge': { vcpu: 64, memoryGiB: 251.27 },
  'r5.large': { vcpu: 2, memoryGiB: 13.07 },
  'r5.xlarge': { vcpu: 4, memoryGiB: 26.32 },
  'r5.2xlarge': { vcpu: 8, memoryGiB: 52.82 },
  'r5.4xlarge': { vcpu: 16, memoryGiB: 105.81 },
  'r5.12xlarge': { vcpu: 48, memoryGiB: 317.77 },
  'r5.24xlarge': { vcpu: 96, memoryGiB: 635.61 },
  'r6g.large': { vcpu: 2, memoryGiB: 13.07 },
  'r6g.xlarge': { vcpu: 4, memoryGiB: 26.32 },
  'r6g.2xlarge': { vcpu: 8, memoryGiB: 52.82 },
  'r6g.4xlarge': { vcpu: 16, memoryGiB: 105.81 },
  'r6g.8xlarge': { vcpu: 32, memoryGiB: 209.55 },
  'r6g.12xlarge': { vcpu: 48, memoryGiB: 317.77 },
  'r6g.16xlarge': { vcpu: 64, memoryGiB: 419.09 },
  'r6gd.xlarge': { vcpu: 4, memoryGiB: 26.32 },
  'r6gd.2xlarge': { vcpu: 8, memoryGiB: 52.82 },
  'r6gd.4xlarge': { vcpu: 16, memoryGiB: 105.81 },
  'r6gd.8xlarge': { vcpu: 32, memoryGiB: 209.55 },
  'r6gd.12xlarge': { vcpu: 48, memoryGiB: 317.77 },
  'r6gd.16xlarge': { vcpu: 64, memoryGiB: 419.09 },
  'r7g.large': { vcpu: 2, memoryGiB: 13.07 },
  'r7g.xlarge': { vcpu: 4, memoryGiB: 26.32 },
  'r7g.2xlarge': { vcpu: 8, memoryGiB: 52.82 },
  'r7g.4xlarge': { vcpu: 16, memoryGiB: 105.81 },
  'r7g.8xlarge': { vcpu: 32, memoryGiB: 209.55 },
  'r7g.12xlarge': { vcpu: 48, memoryGiB: 317.77 },
  'r7g.16xlarge': { vcpu: 64, memoryGiB: 419.09 },
  'r8g.large': { vcpu: 2, memoryGiB: 14.18 },
  'r8g.xlarge': { vcpu: 4, memoryGiB: 29.68 },
  'r8g.2xlarge': { vcpu: 8, memoryGiB: 61.33 },
  'r8g.4xlarge': { vcpu: 16, memoryGiB: 124.65 },
  'r8g.8xlarge': { vcpu: 32, memoryGiB: 251.27 },
  'r8g.12xlarge': { vcpu: 48, memoryGiB: 377.9 },
  'r8g.16xlarge': { vcpu: 64, memoryGiB: 504.52 },
  'c7gn.large': { vcpu: 2, memoryGiB: 3.09 },
  'c7gn.xlarge': { vcpu: 4, memoryGiB: 6.38 },
  'c7gn.2xlarge': { vcpu: 8, memoryGiB: 12.94 },
  'c7gn.4xlarge': { vcpu: 16, memoryGiB: 26.05 },
  'c7gn.8xlarge': { vcpu: 32, memoryGiB: 52.26 },
  'c7gn.12xlarge': { vcpu: 48, memoryGiB: 78.56 },
  'c7gn.16xlarge': { vcpu: 64, memoryGiB: 105.81 },
  'c8gn.large': { vcpu: 2, memoryGiB: 3.1 },
  'c8gn.xlarge': { vcpu: 4, memoryGiB: 6.79 },
  'c8gn.2xlarge': { vcpu: 8, memoryGiB: 14.18 },
  'c8gn.4xlarge': { vcpu: 16, memoryGiB: 29.68 },
  'c8gn.8xlarge': { vcpu: 32, memoryGiB: 61.33 },
  'c8gn.12xlarge': { vcpu: 48, memoryGiB: 92.99 },
  'c8gn.16xlarge': { vcpu: 64, memoryGiB: 124.65 },
} as const satisfies Record<string, { readonly vcpu: number; readonly memoryGiB: number }>;

/** A node type of ElastiCache without its `cache.` prefix: `r7g.large`. */
export type CacheClass = keyof typeof CACHE_CLASSES;

export const isCacheClass = (name: string): name is CacheClass => Object.hasOwn(CACHE_CLASSES, name);

/**
 * Whether a node keeps what is used least on a disk of its own, which ElastiCache then asks to be switched on.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/data-tiering.html
 */
export const tiersData = (name: CacheClass): boolean => name.startsWith('r6gd.');
