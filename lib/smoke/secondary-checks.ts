import { SmokeFailure, type Check } from './check';
import type { ClusterUnderTest } from './cluster-under-test';

/** What the alarm of a copy tells of too. */
const MOST_LAG_MS = 60_000;

/**
 * That every copy of a shard follows it, asked of the shard itself: it knows how far each region has come, and no way leads to one.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora_global_db_status.html
 */
export function isCopied(cluster: ClusterUnderTest, regions: readonly string[]): Check {
  const { store, primary } = cluster;
  return {
    name: 'is-copied',
    store,
    subject: primary.label,
    promise: `Copies in other regions follow the shard, less than a minute behind.`,
    unaffected: (passed) => (passed.has(`${primary.label} takes-writes`) ? 'reads and writes of the shard' : undefined),
    run: () =>
      primary.asSmoke(async (client) => {
        const { rows } = await client.query<{ region: string; lag_ms: number }>(STATUS);
        const lagMs = Object.fromEntries(rows.map(({ region, lag_ms }) => [region, lag_ms]));
        const missing = regions.filter((region) => lagMs[region] === undefined);
        if (missing.length > 0)
          throw new SmokeFailure(`nothing follows in ${missing.join(', ')}`, { evidence: { lagMs } });
        const late = regions.filter((region) => (lagMs[region] ?? 0) > MOST_LAG_MS);
        if (late.length > 0) throw new SmokeFailure(`copies in ${late.join(', ')} are behind`, { evidence: { lagMs } });
        return { lagMs };
      }),
  };
}

/** The primary's own row has no lag, which Aurora writes as -1. */
const STATUS = `
  select aws_region as region, rpo_lag_in_msec::float8 as lag_ms from aurora_global_db_status()
   where durability_lag_in_msec >= 0`;
