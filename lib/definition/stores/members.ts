import type { z } from 'zod';
import type { FaultPath } from '../faults/fault';
import type { shardOrigin } from '../relational/origin-schema';
import type { ShardState } from '../sharded-postgres/store';
import type { AcuDefinition } from '../sharded-postgres/capacity';
import type { AutoscaledReadersOptions } from '../sharded-postgres/readers';
import type { RelationalStageStore, StageStoreOf } from './in-stage';

/** A replica or a shard, with where it was written. */
export interface StoreMember {
  readonly name: string;
  readonly path: FaultPath;
  readonly class: string | undefined;
}

export interface WrittenReplica {
  readonly class?: string | undefined;
  readonly region?: string | undefined;
}

/** A range as it was read. */
export interface WrittenCapacity extends Omit<AcuDefinition, 'autoPauseAfterSeconds'> {
  readonly autoPauseAfterSeconds?: number | undefined;
}

export type WrittenReaders =
  number | (Omit<AutoscaledReadersOptions, 'cpuPercent'> & { readonly cpuPercent?: number | undefined });

export interface WrittenShard {
  readonly class?: string | undefined;
  readonly capacity?: WrittenCapacity | undefined;
  readonly readers?: WrittenReaders | undefined;
  readonly weight?: number | undefined;
  readonly state?: ShardState | undefined;
  readonly origin?: z.infer<typeof shardOrigin> | undefined;
}

/** The replicas by name: `2` is short for `r1` and `r2`. An imported database has those that its origin names. */
export function replicaOptions(store: StageStoreOf<'postgres'>): Readonly<Record<string, WrittenReplica>> {
  const { replicas = 0, origin } = store.options;
  if (origin?.kind === 'imported') {
    return Object.fromEntries(Object.keys(origin.replicas ?? {}).map((name) => [name, {}]));
  }
  return typeof replicas === 'number' ? numbered('r', 1, replicas) : replicas;
}

/** The shards by name: `4` is short for `s0` to `s3`. */
export function shardOptions(store: StageStoreOf<'shardedPostgres'>): Readonly<Record<string, WrittenShard>> {
  const { shards = {} } = store.options;
  return typeof shards === 'number' ? numbered('s', 0, shards) : shards;
}

/** What a relational store has several of, by name: replicas or shards. */
export function membersOf(store: RelationalStageStore): readonly StoreMember[] {
  const [keys, members] = writtenMembers(store);
  return Object.entries(members).map(([name, options]) => ({
    name,
    path: store.origin(...keys, name),
    class: options.class,
  }));
}

function writtenMembers(
  store: RelationalStageStore,
): readonly [FaultPath, Readonly<Record<string, WrittenReplica | WrittenShard>>] {
  switch (store.kind) {
    case 'postgres':
      return [store.options.origin?.kind === 'imported' ? ['origin', 'replicas'] : ['replicas'], replicaOptions(store)];
    case 'shardedPostgres':
      return [['shards'], shardOptions(store)];
  }
}

/** Numbered members by prefix and count: rules ask for all of a store's members once for each of them. */
const numberedMembers = new Map<string, Readonly<Record<string, object>>>();

function numbered(prefix: string, first: number, count: number): Readonly<Record<string, object>> {
  const key = `${prefix}${first}+${count}`;
  const known = numberedMembers.get(key);
  if (known !== undefined) return known;
  const names = Array.from({ length: count }, (_, index) => `${prefix}${first + index}`);
  const members = Object.freeze(Object.fromEntries(names.map((name) => [name, Object.freeze({})])));
  numberedMembers.set(key, members);
  return members;
}

/** Regions in which copies of every shard stand, as they were written. */
export function secondaryRegions(store: StageStoreOf<'shardedPostgres'>): readonly string[] {
  return Object.keys(store.options.globalDatabase?.secondaries ?? {});
}

/** The most servers that any copy of a shard has. */
export function mostSecondaryServers(store: StageStoreOf<'shardedPostgres'>): number {
  const secondaries = Object.values(store.options.globalDatabase?.secondaries ?? {});
  return Math.max(0, ...secondaries.map(({ servers = 1 }) => servers));
}
