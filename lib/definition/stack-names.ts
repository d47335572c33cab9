import type { TierDefinition } from './tier';

type TierAndStage = Pick<TierDefinition, 'name' | 'stage'>;

/** `blog-prod-main`, after the stage's prefix: the name of a stack, and the first part of every server's identifier. */
export function stackName({ name, stage }: TierAndStage, ...parts: readonly string[]): string {
  return [...(stage.namePrefix === undefined ? [] : [stage.namePrefix]), name, stage.name, ...parts].join('-');
}

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
