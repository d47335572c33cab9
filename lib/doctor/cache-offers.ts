import type { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import type { CacheVersion } from '../catalog';
import type { TierDefinition, ValkeyDefinition } from '../definition';
import { askAws } from './ask-aws';
import type { AwsScope } from './diagnose-aws';
import type { Diagnosis } from './diagnosis';

/**
 * Whether ElastiCache has every node type, and every version, of the stage's caches in the region. It tells nobody which zones have a type. Nothing for a
 * stage without caches of nodes: what a serverless cache runs on is its own affair.
 */
export async function diagnoseCacheOffers(tier: TierDefinition, scope: AwsScope): Promise<readonly Diagnosis[]> {
  const caches = Object.values(tier.stores).flatMap((store): readonly Nodes[] =>
    store.kind === 'valkey' && store.shape.kind !== 'serverlessCache' ? [{ ...store, class: store.shape.class }] : [],
  );
  if (caches.length === 0) return [];
  const { ElastiCacheClient: Client } = await import('@aws-sdk/client-elasticache');
  const client = new Client(scope);
  const types = unique(caches.map((cache) => cache.class));
  const versions = unique(caches.map(({ engine, version }) => `${engine} ${version}`));
  const diagnoses = await Promise.all([
    ...types.map((type) => diagnoseType(client, `cache.${type}`)),
    ...versions.map((each) => diagnoseVersion(client, each)),
  ]);
  return diagnoses.flat();
}

type Nodes = ValkeyDefinition & { readonly class: string };

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

/**
 * ElastiCache lists no types that it has; it sells reservations of each.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeReservedCacheNodesOfferings.html
 */
function diagnoseType(client: ElastiCacheClient, CacheNodeType: string): Promise<readonly Diagnosis[]> {
  return askAws(CacheNodeType, 'elasticache:DescribeReservedCacheNodesOfferings', async () => {
    const { DescribeReservedCacheNodesOfferingsCommand } = await import('@aws-sdk/client-elasticache');
    const { ReservedCacheNodesOfferings = [] } = await client.send(
      new DescribeReservedCacheNodesOfferingsCommand({ CacheNodeType }),
    );
    return ReservedCacheNodesOfferings.length > 0
      ? [{ subject: CacheNodeType, verdict: 'good', says: 'offered in this region' }]
      : [
          {
            subject: CacheNodeType,
            verdict: 'warning',
            says: 'no reservation of it is sold in this region, which ElastiCache does of every type that it has there',
            next: 'See https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html, or choose another node type.',
          },
        ];
  });
}

function diagnoseVersion(client: ElastiCacheClient, subject: string): Promise<readonly Diagnosis[]> {
  const [Engine, version] = subject.split(' ') as [string, CacheVersion];
  return askAws(subject, 'elasticache:DescribeCacheEngineVersions', async () => {
    const { paginateDescribeCacheEngineVersions } = await import('@aws-sdk/client-elasticache');
    const offered: string[] = [];
    for await (const { CacheEngineVersions = [] } of paginateDescribeCacheEngineVersions({ client }, { Engine }))
      for (const { EngineVersion = '' } of CacheEngineVersions) offered.push(EngineVersion);
    if (offered.some((each) => each === version || each.startsWith(`${version}.`)))
      return [{ subject, verdict: 'good', says: 'offered in this region' }];
    return [
      {
        subject,
        verdict: 'bad',
        says: `not offered in this region, which has ${offered.join(', ') || 'no version'}`,
        next: 'Choose another version.',
      },
    ];
  });
}
