import {
  parseTier,
  shardedPostgres,
  type ServiceConfig,
  type TierConfig,
  type TierDefinition,
} from '../../lib/definition';
import config from '../../tier.config';

export type BlogStage = 'dev' | 'prod';

/** What a test changes of the example tier. */
export interface BlogChanges {
  /** Shards of `posts`, by name. */
  readonly shards?: readonly string[];
  readonly services?: Readonly<Record<string, ServiceConfig>>;
  /** Leaves `posts` out, and every service with it. */
  readonly onlyMain?: true;
}

/** The example tier of one stage, by default as its tier file has it. */
export function blogTier(stage: BlogStage, { shards, services, onlyMain }: BlogChanges = {}): TierDefinition {
  const { posts } = config.stores;
  const changed: TierConfig = {
    ...config,
    stores: {
      ...config.stores,
      ...(shards && {
        posts: shardedPostgres({ ...posts, shards: Object.fromEntries(shards.map((name) => [name, {}])) }),
      }),
    },
    ...(services && { services }),
    ...(onlyMain && { stores: { main: config.stores.main }, services: {} }),
  };
  return parseTier(changed, { stage });
}

/** `s0` to `s<count - 1>`. */
export const shardNames = (count: number): string[] => Array.from({ length: count }, (_, index) => `s${index}`);
