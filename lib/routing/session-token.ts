import { comparePositions, type WalPosition } from '../postgres';

/**
 * What a session has seen, as data: of each cluster (`main`, `posts/s1`) the position that a server must have reached to answer it, and the
 * replica that it has read from; of each sharded store the shard map by which it was found there. Tokens are ordered by what they have seen;
 * {@link mergeTokens} is the least that has seen both.
 */
export interface SessionToken {
  readonly positions: ReadonlyMap<string, WalPosition>;
  /** By cluster, the replica whose position behind what was read is not known, so that no other may answer; {@link SEVERAL} of more than one. */
  readonly readFrom: ReadonlyMap<string, string>;
  /** Version of the shard map, by store. */
  readonly mapVersions: ReadonlyMap<string, number>;
}

/** A session that has seen nothing. */
export const EMPTY_TOKEN: SessionToken = { positions: new Map(), readFrom: new Map(), mapVersions: new Map() };

/** More than one replica, or the primary, by a read or a write: only the primary may answer, until it has told its position. */
export const SEVERAL = '';

/** The later of two positions. */
export const laterPosition = (one: WalPosition, other: WalPosition): WalPosition =>
  comparePositions(one, other) >= 0 ? one : other;

/** The least token that has seen what both have. Commutative, associative, idempotent; {@link EMPTY_TOKEN} changes nothing. */
export function mergeTokens(one: SessionToken, other: SessionToken): SessionToken {
  return {
    positions: mergeMaps(one.positions, other.positions, laterPosition),
    readFrom: mergeMaps(one.readFrom, other.readFrom, (a, b) => (a === b ? a : SEVERAL)),
    mapVersions: mergeMaps(one.mapVersions, other.mapVersions, Math.max),
  };
}

function mergeMaps<V>(
  one: ReadonlyMap<string, V>,
  other: ReadonlyMap<string, V>,
  later: (a: V, b: V) => V,
): ReadonlyMap<string, V> {
  if (one.size === 0 || one === other) return other;
  if (other.size === 0) return one;
  const merged = new Map(one);
  for (const [key, value] of other) {
    const known = merged.get(key);
    merged.set(key, known === undefined ? value : later(known, value));
  }
  return merged;
}
