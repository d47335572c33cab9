import type { Baseline } from './baseline';

/** Of a cluster in its stack: `Shards/s0/Cluster`. */
const SHARD = /^Shards\/([^/]+)\/Cluster$/;

/** Names of the shards that a baseline has, by stage and store; those of the stage's own region. */
export function shardsInBaseline({ tier, stages }: Pick<Baseline, 'tier' | 'stages'>): ShardsByStage {
  return Object.fromEntries(
    Object.entries(stages).map(([stage, stacks]) => {
      const inStage = new RegExp(`^(?:.+-)?${tier}-${stage}-(.+)-shards-[a-z]+\\d+$`);
      const shards: Record<string, string[]> = {};
      for (const [name, { resources }] of Object.entries(stacks)) {
        const store = inStage.exec(name)?.[1];
        if (store === undefined) continue;
        const found = Object.values(resources).flatMap(({ path }) => SHARD.exec(path)?.[1] ?? []);
        shards[store] = [...(shards[store] ?? []), ...found];
      }
      return [stage, shards];
    }),
  );
}

/** By stage and store. */
type ShardsByStage = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
