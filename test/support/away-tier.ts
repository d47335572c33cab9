import {
  existingVpc,
  newVpc,
  parseTier,
  postgres,
  shardedPostgres,
  type RegionConfig,
  type TierConfig,
  type TierDefinition,
} from '../../lib/definition';
import { ESTATE } from './estate-tier';

export const AWAY = 'eu-central-1';
const ZONES = [`${AWAY}a`, `${AWAY}b`];

/** A VPC of the other region that is there already, with ways to AWS that the tier makes. */
export const vpcThere: RegionConfig = {
  network: existingVpc({
    vpcId: ESTATE.vpcId,
    dataSubnetIds: ESTATE.subnetIds.slice(0, 2),
    endpoints: 'create',
  }),
  zones: ZONES,
};

/** A tier whose `main` has replicas in another region too; nothing of `ledger` is there. */
export const AWAY_TIER = {
  name: 'shop',
  stages: {
    live: {
      profile: 'protected',
      env: { account: '111122223333', region: 'eu-west-1' },
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      regions: { [AWAY]: { network: newVpc({ cidr: '10.1.0.0/16' }), zones: ZONES } as RegionConfig },
    },
  },
  stores: {
    main: postgres({ replicas: { r1: {}, eu: { region: AWAY }, eu2: { region: AWAY, class: 'r8g.xlarge' } } }),
    ledger: postgres(),
  },
  services: {
    web: { uses: { main: 'write', ledger: 'read' } },
    jobs: { uses: { ledger: 'write' } },
  },
} satisfies TierConfig;

export const awayTier = (changes: Partial<TierConfig> = {}): TierDefinition => parseTier({ ...AWAY_TIER, ...changes });

/** The same where the other region is as `region` says. */
export const awayTierIn = (region: RegionConfig): TierDefinition =>
  awayTier({ stages: { live: { ...AWAY_TIER.stages.live, regions: { [AWAY]: region } } } });

/** A tier whose shards have copies in another region, where nobody logs in to one. */
export const GLOBAL_TIER = {
  name: 'shop',
  stages: AWAY_TIER.stages,
  stores: {
    posts: shardedPostgres({
      shardKey: 'user_id',
      shards: 2,
      globalDatabase: { version: '17.5', secondaries: { [AWAY]: { servers: 2 } } },
    }),
  },
  services: { web: { uses: { posts: 'write' } } },
} satisfies TierConfig;

export const globalTier = (changes: Partial<TierConfig> = {}): TierDefinition =>
  parseTier({ ...GLOBAL_TIER, ...changes });
