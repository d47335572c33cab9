import type { TierDefinition } from '../tier';

type TierAndStage = Pick<TierDefinition, 'name' | 'stage'>;

/** `blog-prod-main`, after the stage's prefix; in another region than the stage's own `blog-prod-main-eu-central-1`. */
export function stackName(tier: TierAndStage, ...parts: readonly string[]): string {
  const { awayFrom, env } = tier.stage;
  return serverName(tier, ...parts, ...(awayFrom === undefined || env === undefined ? [] : [env.region]));
}

/** `blog-prod-main-r1`, after the stage's prefix: a server's identifier, or the first part of it, whichever region it stands in. */
export function serverName({ name, stage }: TierAndStage, ...parts: readonly string[]): string {
  return [...(stage.namePrefix === undefined ? [] : [stage.namePrefix]), name, stage.name, ...parts].join('-');
}

/**
 * `blog-prod-posts-s0`: the cluster of a shard; of its copy in another region `blog-prod-posts-s0-eu-central-1`, since no two clusters of a global
 * database may have one name.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.configuration.requirements.html (naming requirements)
 */
export const shardName = (tier: TierAndStage, store: string, shard: string): string => stackName(tier, store, shard);

const SHARDS_PER_STACK = 10;

/**
 * The stack of a shard within its store: `s0` to `s9` live in `s0`, `s10` to `s19` in `s1`. It follows from the shard's own name, so that a shard
 * never changes stack, and with it its database, when other shards come or go.
 */
export function shardStackOf(shard: string): string {
  const [, letters = '', number = ''] = /^([a-z]+)(\d+)$/.exec(shard) ?? [];
  return `${letters}${Math.floor(Number(number) / SHARDS_PER_STACK)}`;
}

/** Parts of the name of a stack of proxies: `primary`, or the shard stack that they are for. */
export const poolingStackParts = (store: string, of: string): readonly string[] => [
  store,
  'pooling',
  ...(of === 'primary' ? [] : [of]),
];
