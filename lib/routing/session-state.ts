import { AsyncLocalStorage } from 'node:async_hooks';
import type { PositionReport, WalPosition } from '../postgres';
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
  /** By cluster, what was read without asking how far the server had come. */
  private readonly marks = new Map<string, ReadMark>();
  /** By cluster, when it was last written, on the clock of `performance.now()`. */
  private readonly writtenAtMs = new Map<string, number>();

  constructor(token: SessionToken = EMPTY_TOKEN) {
    this.seen = EMPTY_TOKEN;
    this.merge(token);
  }

  get token(): SessionToken {
    if (this.held.size === 0 && this.marks.size === 0) return this.seen;
    const positions = new Map(this.seen.positions);
    for (const cluster of this.held.keys()) positions.set(cluster, BEYOND_ALL);
    const readFrom = new Map([...this.marks].map(([cluster, { replica = SEVERAL }]) => [cluster, replica]));
    return { ...this.seen, positions, readFrom };
  }

  /** What a server of `cluster` must have reached to answer this session; undefined where every one may. */
  positionOf(cluster: string): WalPosition | undefined {
    return this.held.has(cluster) ? BEYOND_ALL : this.seen.positions.get(cluster);
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

  /** What was read without asking how far the server had come; undefined where nothing was. */
  markOf(cluster: string): ReadMark | undefined {
    return this.marks.get(cluster);
  }

  /**
   * A read begins whose server is not asked how far it has come: the replica that `mark` tells, or the primary. Whoever calls this calls
   * {@link endRead}.
   */
  beginRead(cluster: string, mark: string | undefined): ReadMark {
    let read = this.marks.get(cluster);
    if (!read) this.marks.set(cluster, (read = new ReadMark(mark)));
    read.begin(mark);
    return read;
  }

  endRead(cluster: string, read: ReadMark, outcome: 'seen' | 'failed'): void {
    read.end(outcome);
    if (read.isEmpty) this.unmark(cluster, read);
  }

  /** Somebody has asked: whatever was read from the marked replica before `askedAtMs` was at `position` or before. */
  learn(cluster: string, position: WalPosition, askedAtMs: number): void {
    this.raise(cluster, position);
    this.cover(cluster, askedAtMs);
  }

  private cover(cluster: string, askedAtMs: number): void {
    const read = this.marks.get(cluster);
    if (read?.isCoveredBy(askedAtMs) === true) this.marks.delete(cluster);
  }

  private unmark(cluster: string, read: ReadMark): void {
    if (this.marks.get(cluster) === read) this.marks.delete(cluster);
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
   * What the primary said behind an answer: it has everything, so that an unknown position is known now, and so is all that was read before
   * `askedAtMs`. Where it could not say, the session stays with it until it does.
   */
  settle(cluster: string, report: Pick<PositionReport, 'timeline' | 'lsn'> | undefined, askedAtMs: number): void {
    const { timeline, lsn } = report ?? BEYOND_ALL;
    if (timeline !== undefined) this.cover(cluster, askedAtMs);
    const position = timeline === undefined ? BEYOND_ALL : { timeline, lsn };
    const known = this.seen.positions.get(cluster);
    if (known && isBeyondAll(known)) {
      this.seen = { ...this.seen, positions: new Map(this.seen.positions).set(cluster, position) };
    } else this.raise(cluster, position);
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
    // What was read from is kept in the marks only.
    this.seen = mergeTokens(this.seen, { ...token, readFrom: EMPTY_TOKEN.readFrom });
    for (const [cluster, text] of token.readFrom) {
      const replica = text === SEVERAL ? undefined : text;
      const read = this.marks.get(cluster);
      if (read) read.join(replica);
      else this.marks.set(cluster, ReadMark.of(replica));
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
