import { LIMITS } from '../../catalog';
import type { FaultPath } from '../faults/fault';
import { PROFILES } from '../stages/profile';
import { rule, storesOf } from '../rule';
import { fixedReaders, readersOf, saysBoth } from './servers';
import { shardOptions, type WrittenCapacity, type WrittenReaders } from '../stores/members';
import type { StageStore, StageStoreOf } from '../stores/in-stage';
import type { TierDraft } from '../tier-draft';

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
    id: 'capacity-pauses-disposable',
    when: (draft) =>
      writtenCapacities(draft).flatMap(({ path, capacity, profile, stage }) =>
        profile === 'protected' && capacity.minAcu === 0 ? [{ path: [...path, 'minAcu'], stage }] : [],
      ),
    message: ({ stage }) =>
      `got 0, but stage ${stage} is protected: its shards replicate logically from birth, since moving buckets needs it, and Aurora pauses nothing that does; allowed: ${LIMITS.serverlessAcuMin.value} or more`,
  }),
  rule({
    id: 'capacity-pauses-unpooled',
    when: (draft) =>
      storesOf(draft, 'shardedPostgres').flatMap((store) =>
        store.options.pooling === undefined
          ? []
          : capacitiesOf(store).flatMap(({ path, capacity }) =>
              capacity.minAcu === 0 ? [{ path: [...path, 'minAcu'] }] : [],
            ),
      ),
    message: () =>
      `got 0, but a proxy keeps a connection open, with which no server ever pauses: set ${LIMITS.serverlessAcuMin.value} or more, or leave pooling out`,
  }),
  rule({
    id: 'capacity-pause-time',
    when: (draft) =>
      writtenCapacities(draft).flatMap(({ path, capacity: { minAcu, autoPauseAfterSeconds } }) =>
        minAcu > 0 && autoPauseAfterSeconds !== undefined ? [{ path: [...path, 'autoPauseAfterSeconds'], minAcu }] : [],
      ),
    message: ({ minAcu }) =>
      `a server pauses only with a minAcu of 0, and this one never has less than ${minAcu}: set minAcu to 0, or leave autoPauseAfterSeconds out`,
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
const writtenCapacities = (draft: TierDraft) => storesOf(draft, 'shardedPostgres').flatMap(capacitiesOf);

function capacitiesOf(store: StageStoreOf<'shardedPostgres'>): readonly ({
  readonly path: FaultPath;
  readonly capacity: WrittenCapacity;
} & Pick<StageStore, 'profile' | 'stage'>)[] {
  const { profile, stage } = store;
  const own = store.options.capacity;
  return [
    ...(own === undefined ? [] : [{ path: store.origin('capacity'), capacity: own, profile, stage }]),
    ...Object.entries(shardOptions(store)).flatMap(([name, { capacity }]) =>
      capacity === undefined ? [] : [{ path: [...store.origin('shards', name), 'capacity'], capacity, profile, stage }],
    ),
  ].filter(({ capacity: { minAcu, maxAcu } }) => Number.isFinite(minAcu) && Number.isFinite(maxAcu));
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
