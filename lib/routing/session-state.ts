import { AsyncLocalStorage } from 'node:async_hooks';
import type { WalPosition } from '../postgres';
import { ReadMark } from './read-mark';
import { EMPTY_TOKEN, laterPosition, mergeTokens, SEVERAL, type SessionToken } from './session-token';

const { readFrom: NOTHING_READ } = EMPTY_TOKEN;

/**
 * What one session has seen so far: the growing side of a {@link SessionToken}. Handles read and raise it; whoever carries a session across
 * processes reads its {@link token}.
 */
export class SessionState {
  /** Without what was read from, which is in the marks. */
  private seen: SessionToken = EMPTY_TOKEN;
  /** By cluster, what was seen of a server without asking how far it had come. */
  private readonly marks = new Map<string, ReadMark>();
  /** By cluster, when it was last written, on the clock of `performance.now()`. */
  private readonly writtenAtMs = new Map<string, number>();

  constructor(token: SessionToken = EMPTY_TOKEN) {
    if (token !== EMPTY_TOKEN) this.merge(token);
  }

  get token(): SessionToken {
    if (this.marks.size === 0) return this.seen;
    const readFrom = new Map([...this.marks].map(([cluster, { replica = SEVERAL }]) => [cluster, replica]));
    return { ...this.seen, readFrom };
  }

  /** What a server of `cluster` must have reached to answer this session; undefined where every one may. */
  positionOf(cluster: string): WalPosition | undefined {
    return this.seen.positions.get(cluster);
  }

  /** What was seen without asking how far the server had come; undefined where nothing was. */
  markOf(cluster: string): ReadMark | undefined {
    return this.marks.get(cluster);
  }

  /**
   * Something begins on a server that is not asked how far it has come: a read of the replica that `mark` tells, or a read or a write on the
   * primary. Whoever calls this calls {@link end}.
   */
  begin(cluster: string, mark: string | undefined): ReadMark {
    let read = this.marks.get(cluster);
    if (!read) this.marks.set(cluster, (read = new ReadMark(mark)));
    read.begin(mark);
    return read;
  }

  end(cluster: string, read: ReadMark, outcome: 'seen' | 'failed'): void {
    read.end(outcome);
    if (read.isEmpty && this.marks.get(cluster) === read) this.marks.delete(cluster);
  }

  /** The session has seen something of a replica, or of the primary, up to now, and nobody knows how far the server had come. */
  note(cluster: string, replica: string | undefined): void {
    const read = this.marks.get(cluster);
    if (read) read.join(replica);
    else this.marks.set(cluster, ReadMark.of(replica));
  }

  /**
   * Somebody has asked: whatever was seen before `askedAtMs`, of the marked replica where that was asked, of whomever where the primary was, was at
   * `position` or before.
   */
  learn(cluster: string, position: WalPosition, askedAtMs: number): void {
    this.raise(cluster, position);
    if (this.marks.get(cluster)?.isCoveredBy(askedAtMs) === true) this.marks.delete(cluster);
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

  /** The session has written at `atMs`. */
  noteWrite(cluster: string, atMs: number): void {
    this.writtenAtMs.set(cluster, atMs);
  }

  /** When it wrote last, on the clock of `performance.now()`; -Infinity where it has not, here. */
  lastWriteAtMs(cluster: string): number {
    return this.writtenAtMs.get(cluster) ?? -Infinity;
  }

  /** The session has found a key of `store` by this version of its shard map. */
  raiseMap(store: string, version: number): void {
    if ((this.seen.mapVersions.get(store) ?? 0) >= version) return;
    this.seen = { ...this.seen, mapVersions: new Map(this.seen.mapVersions).set(store, version) };
  }

  /** The session has also seen what another token has. */
  merge(token: SessionToken): void {
    this.seen = mergeTokens(this.seen, { ...token, readFrom: NOTHING_READ });
    for (const [cluster, text] of token.readFrom) this.note(cluster, text === SEVERAL ? undefined : text);
  }
}

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
