import { AsyncLocalStorage } from 'node:async_hooks';
import type { WalPosition } from '../postgres';
import { ReadMark } from './read-mark';
import { BEYOND_ALL, EMPTY_TOKEN, laterPosition, mergeTokens, SEVERAL, type SessionToken } from './session-token';

/**
 * What one session has seen so far: the growing side of a {@link SessionToken}. Handles read and raise it; whoever carries a session across
 * processes reads its {@link token}.
 */
export class SessionState {
  private seen: SessionToken;
  /** By cluster, how many answers there were whose position is being asked for. */
  private readonly held = new Map<string, number>();

  /** By cluster, the replica that was read from and not asked how far it had come. */
  private readonly marks = new Map<string, ReadMark>();

  constructor(token: SessionToken = EMPTY_TOKEN) {
    this.seen = token;
    for (const [cluster, mark] of token.readFrom) this.marks.set(cluster, ReadMark.of(mark));
  }

  get token(): SessionToken {
    const positions = new Map(this.seen.positions);
    for (const cluster of this.held.keys()) positions.set(cluster, BEYOND_ALL);
    const readFrom = new Map([...this.marks].map(([cluster, { text }]) => [cluster, text]));
    return { ...this.seen, positions, readFrom };
  }

  /** What a server of `cluster` must have reached to answer this session; undefined where every one may. */
  positionOf(cluster: string): WalPosition | undefined {
    return this.held.has(cluster) ? BEYOND_ALL : this.seen.positions.get(cluster);
  }

  /** The replica that was read from without asking how far it had come; undefined where there is none. */
  markOf(cluster: string): ReadMark | undefined {
    return this.marks.get(cluster);
  }

  /** A read from a replica begins, which is not asked how far it has come. Whoever calls this calls {@link endRead}. */
  beginRead(cluster: string, mark: string): ReadMark {
    let read = this.marks.get(cluster);
    if (!read) this.marks.set(cluster, (read = ReadMark.first(mark)));
    read.begin(mark);
    return read;
  }

  endRead(cluster: string, read: ReadMark, outcome: 'seen' | 'failed'): void {
    read.end(outcome);
    if (read.isEmpty) this.unmark(cluster, read);
  }

  /** Somebody has asked: whatever was read from replicas before `askedAtMs` was at `position` or before. */
  learn(cluster: string, position: WalPosition, askedAtMs: number): void {
    this.raise(cluster, position);
    const read = this.marks.get(cluster);
    if (read?.isCoveredBy(askedAtMs) === true) this.unmark(cluster, read);
  }

  /** Nobody can say any more how far a replica had come that was read from: only the primary surely has it. */
  giveUp(cluster: string, read: ReadMark): void {
    this.raise(cluster, BEYOND_ALL);
    this.unmark(cluster, read);
  }

  private unmark(cluster: string, read: ReadMark): void {
    if (this.marks.get(cluster) === read) this.marks.delete(cluster);
  }

  /**
   * The session has seen something of the primary of `cluster` whose position is being asked for: until it is known, only the primary may answer.
   * Whoever calls this calls the result, once, when it has raised the session to what it learned.
   */
  hold(cluster: string): () => void {
    this.held.set(cluster, (this.held.get(cluster) ?? 0) + 1);
    return () => {
      const left = (this.held.get(cluster) ?? 1) - 1;
      if (left > 0) this.held.set(cluster, left);
      else this.held.delete(cluster);
    };
  }

  /** The shard map by which this session has found keys of `store`; undefined where it has found none. */
  mapVersionOf(store: string): number | undefined {
    return this.seen.mapVersions.get(store);
  }

  /** The session has seen what a server of `cluster` had at `position`. */
  raise(cluster: string, position: WalPosition): void {
    const known = this.seen.positions.get(cluster);
    if (known && laterPosition(known, position) === known) return;
    this.seen = { ...this.seen, positions: new Map(this.seen.positions).set(cluster, position) };
  }

  /**
   * As {@link raise}, from the primary, which has everything: an unknown position is known now, and so is what was read before `askedAtMs`.
   * @param askedAtMs @default - it is not known when the primary was asked
   */
  settle(cluster: string, position: WalPosition, askedAtMs = -Infinity): void {
    const read = this.marks.get(cluster);
    if (read?.isCoveredBy(askedAtMs) === true) this.unmark(cluster, read);
    const known = this.seen.positions.get(cluster);
    if (known && isBeyondAll(known)) {
      this.seen = { ...this.seen, positions: new Map(this.seen.positions).set(cluster, position) };
    } else this.raise(cluster, position);
  }

  /** The session has found a key of `store` by this version of its shard map. */
  raiseMap(store: string, version: number): void {
    if ((this.seen.mapVersions.get(store) ?? 0) >= version) return;
    this.seen = { ...this.seen, mapVersions: new Map(this.seen.mapVersions).set(store, version) };
  }

  /** The session has also seen what another token has. */
  merge(token: SessionToken): void {
    this.seen = mergeTokens(this.seen, token);
    for (const [cluster, mark] of token.readFrom) {
      const read = this.marks.get(cluster);
      // What the other one has read, it has read from here on as far as this one knows.
      this.marks.set(cluster, ReadMark.of(read && read.text !== mark ? SEVERAL : mark));
    }
  }
}

const isBeyondAll = ({ timeline, lsn }: WalPosition): boolean =>
  timeline === BEYOND_ALL.timeline && lsn === BEYOND_ALL.lsn;

/** The session that the running code belongs to; all handles of a router share one scope. */
export class SessionScope {
  private readonly storage = new AsyncLocalStorage<SessionState>();

  /** Undefined outside every session. */
  current(): SessionState | undefined {
    return this.storage.getStore();
  }

  /** Runs `work`, and everything that it starts, in a session. */
  run<R>(session: SessionState, work: () => R): R {
    return this.storage.run(session, work);
  }
}
