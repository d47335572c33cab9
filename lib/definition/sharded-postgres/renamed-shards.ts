import type { Fault } from '../faults/fault';
import { storesOf } from '../rule';
import { membersOf } from '../stores/members';
import type { TierDraft } from '../tier-draft';

/** Shards that are there already: names by stage and store, as far as somebody keeps them. */
export type ShardsBefore = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** New shards of stores that lose others at once: a name was changed, and the data would stay behind under the old one. */
export function renamedShards(draft: TierDraft, before: ShardsBefore): readonly Fault[] {
  return storesOf(draft, 'shardedPostgres').flatMap((store) => {
    const known = before[store.stage]?.[store.name] ?? [];
    const members = membersOf(store);
    const gone = known.filter((shard) => !members.some(({ name }) => name === shard));
    if (gone.length === 0) return [];
    return members
      .filter(({ name }) => !known.includes(name))
      .map(({ name, path }) => ({
        path,
        message: `got "${name}" in the place of ${gone.join(', ')}, whose data would stay behind: a shard keeps its name for ever, allowed: ${gone.join(', ')}; to retire one and add another, do one after the other, or record it with \`npx polystore guard --accept --reason "…"\``,
      }));
  });
}
