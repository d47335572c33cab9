import { LIMITS } from '../catalog';
import type { FaultPath } from './fault';
import { PROFILES } from './profile';
import { rule, storesOf } from './rule';
import { fixedReaders, readersOf, saysBoth } from './shard-servers';
import { shardOptions, type WrittenCapacity, type WrittenReaders } from './store-members';
import type { TierDraft } from './tier-draft';

export const shardRules = [
  rule({
    id: 'class-or-capacity',
    when: (draft) =>
      storesOf(draft, 'shardedPostgres').flatMap((store) => [
        ...(saysBoth(store) ? [{ path: store.origin('capacity') }] : []),
        ...Object.entries(shardOptions(store)).flatMap(([name, shard]) =>
          shard.class !== undefined && shard.capacity !== undefined
            ? [{ path: [...store.origin('shards', name), 'capacity'] }]
            : [],
        ),
      ]),
    message: () => 'got a class and a capacity, but servers are of a class or serverless: leave one out',
  }),
  rule({
    id: 'capacity-range',
    when: (draft) =>
      writtenCapacities(draft).flatMap(({ path, capacity: { minAcu, maxAcu } }) =>
        minAcu > maxAcu ? [{ path: [...path, 'minAcu'], minAcu, maxAcu }] : [],
      ),
    message: ({ minAcu, maxAcu }) => `got ${minAcu}, above maxAcu ${maxAcu}: allowed: up to ${maxAcu}`,
  }),
  rule({
    id: 'capacity-never-pauses',
    when: (draft) =>
      writtenCapacities(draft).flatMap(({ path, capacity }) => {
        if (capacity.autoPauseAfterSeconds !== undefined) return [{ path: [...path, 'autoPauseAfterSeconds'] }];
        return capacity.minAcu === 0 ? [{ path: [...path, 'minAcu'] }] : [];
      }),
    message: () =>
      `shards can't pause: they replicate logically from birth, since moving buckets needs it, and Aurora does not pause what does; set minAcu to ${LIMITS.serverlessAcuMin.value} or more and leave autoPauseAfterSeconds out`,
  }),
  rule({
    id: 'readers-of-protected-stage',
    when: (draft) =>
      writtenReaders(draft).flatMap(({ path, readers, profile }) =>
        fixedReaders(readers) < PROFILES[profile].readers ? [{ path, least: PROFILES[profile].readers }] : [],
      ),
    message: ({ least }) =>
      `got 0, but a shard of a protected stage has at least ${least} reader, in another zone, that takes over when its primary is lost`,
  }),
  rule({
    id: 'readers-range',
    when: (draft) =>
      writtenReaders(draft).flatMap(({ path, readers }) => {
        if (typeof readers === 'number') return [];
        if (readers.min === 0) return [{ path: [...path, 'min'], ...readers }];
        return readers.min > readers.max ? [{ path: [...path, 'min'], ...readers }] : [];
      }),
    message: ({ min, max }) =>
      min === 0
        ? 'got 0, but Aurora scales by the CPU of readers, so that one must be there: allowed: 1 or more'
        : `got ${min}, above max ${max}: allowed: 1–${max}`,
  }),
  rule({
    id: 'readers-autoscaled-protected',
    when: (draft) =>
      writtenReaders(draft).flatMap(({ path, readers, profile }) =>
        typeof readers !== 'number' && profile === 'disposable' ? [{ path }] : [],
      ),
    message: () =>
      'a disposable stage has no autoscaled readers: those that Aurora added are in no template, so that the stage could not be deleted in one command; write a number',
  }),
];

/** Every capacity as written, once for each stage that has it. */
function writtenCapacities(draft: TierDraft): readonly { path: FaultPath; capacity: WrittenCapacity }[] {
  return storesOf(draft, 'shardedPostgres').flatMap((store) => {
    const own = store.options.capacity;
    return [
      ...(own === undefined ? [] : [{ path: store.origin('capacity'), capacity: own }]),
      ...Object.entries(shardOptions(store)).flatMap(([name, { capacity }]) =>
        capacity === undefined ? [] : [{ path: [...store.origin('shards', name), 'capacity'], capacity }],
      ),
    ].filter(({ capacity: { minAcu, maxAcu } }) => Number.isFinite(minAcu) && Number.isFinite(maxAcu));
  });
}

/** Every count of readers as a shard has it; one that several shards have from the store is said once. */
function writtenReaders(draft: TierDraft) {
  return storesOf(draft, 'shardedPostgres').flatMap((store) => {
    const { profile } = store;
    const own = store.options.readers;
    const shards = Object.entries(shardOptions(store));
    const isUsed = shards.some(([, shard]) => shard.readers === undefined);
    return [
      ...(own === undefined || !isUsed ? [] : [{ path: store.origin('readers'), readers: own, profile }]),
      ...shards.flatMap(([name, shard]) =>
        shard.readers === undefined
          ? []
          : [{ path: [...store.origin('shards', name), 'readers'], readers: readersOf(store, shard), profile }],
      ),
    ].filter(({ readers }) => isWhole(readers));
  });
}

/** Options may be missing where they could not be read: their own fault says so. */
const isWhole = (readers: WrittenReaders): boolean =>
  typeof readers === 'number' || (Number.isFinite(readers.min) && Number.isFinite(readers.max));
