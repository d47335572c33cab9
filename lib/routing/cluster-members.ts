import type { ServerState, WalPosition } from '../postgres';
import { errorCodeOf } from '../postgres';
import type { RoutingView } from './decide-route';
import type { Member } from './member';
import { PrimarySearch, type Round, type Searched } from './primary-search';
import type { EventHub } from './router-events';

/** A primary with its replicas as it is called: a whole store, or one shard. */
export interface ClusterName {
  readonly store: string;
  readonly shard: string | undefined;
}

/** The servers of a cluster as a topology has them. */
export interface MemberList {
  readonly primary: Member;
  readonly replicas: readonly Member[];
}

/** While a replica has lost its primary, the primary is asked at most so often whether it is there, in milliseconds. */
const SUSPECT_INTERVAL_MS = 500;

/**
 * The servers of one cluster, and which of them is the primary: the one of the topology, until another says that it takes writes. What is
 * learned of one of them changes what is thought of the others here.
 */
export class ClusterMembers implements RoutingView, Searched {
  readonly store: string;
  readonly shard: string | undefined;
  private held: Member;
  private others: readonly Member[];
  private highestTimeline: number | undefined;
  private watching: Promise<void> | undefined;
  /** Whether each replica was probed once: before, none is eligible. */
  private isWatched = false;
  private lostReason: { readonly reason: unknown } | undefined;
  /** When the primary was last heard of, by this router or by a replica that streams from it. */
  private heardOfAtMs = performance.now();
  private suspectedAtMs = -Infinity;
  /** Promoted beside a primary that takes writes: never the primary, until it follows one again. */
  private readonly apart = new Set<Member>();
  private readonly search: PrimarySearch;

  constructor(
    { store, shard }: ClusterName,
    { primary, replicas }: MemberList,
    private readonly events: EventHub,
  ) {
    this.store = store;
    this.shard = shard;
    this.held = primary;
    this.others = replicas;
    this.search = new PrimarySearch(this);
  }

  /** Name of the primary. */
  get primary(): string {
    return this.held.name;
  }

  get replicas(): readonly Member[] {
    return this.others;
  }

  /** The server that takes writes, as far as is known. */
  get writable(): Member {
    return this.held;
  }

  /** When the primary was last heard of, where no server takes writes; undefined where one does. On the clock of `performance.now()`. */
  get primaryLostAtMs(): number | undefined {
    return this.lostReason && this.heardOfAtMs;
  }

  /** Why no server takes writes; undefined where one does. */
  get primaryLoss(): { readonly reason: unknown } | undefined {
    return this.lostReason;
  }

  /** Begins to watch the replicas; resolves when each was probed once. Later calls cost nothing. */
  watch(): Promise<void> {
    this.watching ??= this.startAll().then(() => void (this.isWatched = true));
    return this.watching;
  }

  /** What a read has to wait for before a replica is chosen; undefined where they are known well enough. */
  prepare(): Promise<void> | undefined {
    if (!this.isWatched) return this.watch();
    let mustWait = false;
    for (const { monitor } of this.others) {
      if (!monitor || monitor.need === 'none') continue;
      mustWait ||= monitor.need === 'wait';
      void monitor.start();
    }
    return mustWait ? this.startAll() : undefined;
  }

  /** Looks for the server that takes writes, now. */
  look(): Promise<Round> {
    return this.search.look();
  }

  replicaOf(name: string): Member | undefined {
    return this.others.find((member) => member.name === name);
  }

  /** The replica that is the first to have replayed `position`; undefined where none has after `ms` milliseconds. */
  waitFor(position: WalPosition, ms: number, among: (member: Member) => boolean): Promise<Member | undefined> {
    const waits = this.others.filter(among).map(async (member) => {
      if (await member.monitor?.waitFor(position, ms)) return member;
      throw new Error(`${member.name} has not come so far`);
    });
    return Promise.any(waits).catch(() => undefined);
  }

  /** Another topology: servers come and go. Resolves when those that went are closed. */
  async replace({ primary, replicas }: MemberList): Promise<void> {
    const before = [this.held, ...this.others];
    const after = [primary, ...replicas];
    // Whom a search has found is the primary whatever a topology of before says.
    this.held = after.find((member) => member === this.held) ?? primary;
    this.setRoles(after);
    if (this.watching) void this.startAll();
    await Promise.all(before.filter((member) => !after.includes(member)).map((member) => member.close()));
  }

  async close(): Promise<void> {
    this.search.close();
    await Promise.all([this.held, ...this.others].map((member) => member.close()));
  }

  /** What a monitor has heard of its server. */
  answered(member: Member, { role, lagMs, position }: ServerState, askedAtMs: number): void {
    if (role === 'replica') this.apart.delete(member);
    if (position && (role === 'replica' || member === this.held)) this.noteTimeline(position.timeline);
    if (member === this.held) {
      if (role === 'primary') this.heardOfAtMs = Math.max(this.heardOfAtMs, askedAtMs);
      else this.suspect();
      return;
    }
    if (role === 'primary') {
      const isLeftBehind = position !== undefined && position.timeline < (this.highestTimeline ?? 0);
      if (!isLeftBehind && !this.apart.has(member)) this.suspect();
    } else if (lagMs === 'unknown') this.suspect();
    else this.heardOfAtMs = Math.max(this.heardOfAtMs, askedAtMs);
  }

  candidates(): readonly Member[] {
    return [this.held, ...this.others.filter((member) => member.isOneServer && !this.apart.has(member))];
  }

  get isPrimaryLost(): boolean {
    return this.lostReason !== undefined;
  }

  splitOff(member: Member): void {
    this.apart.add(member);
  }

  timeline(): number | undefined {
    return this.highestTimeline;
  }

  found(primary: Member, timeline: number | undefined): void {
    const from = this.held;
    const wasLost = this.lostReason !== undefined;
    this.lostReason = undefined;
    this.heardOfAtMs = performance.now();
    if (timeline !== undefined) this.noteTimeline(timeline);
    if (primary !== from) {
      this.held = primary;
      this.setRoles([from, ...this.others]);
      // Its connections may lead nowhere, or to a server that takes no writes.
      from.server.dropIdle();
      if (this.watching) void this.startAll();
    }
    // A search may have opened a connection to watch over; one to a primary is not kept.
    void primary.monitor?.rest();
    if (primary !== from || wasLost) {
      const { store, shard } = this;
      this.events.emit('failover', { store, shard, from: from.name, to: primary.name, timeline });
    }
  }

  lost(reason: unknown): void {
    const isNews = this.lostReason === undefined;
    this.lostReason = { reason };
    // A failover may move the primary's name to another server.
    void this.held.monitor?.reconnect();
    if (!isNews) return;
    this.held.server.dropIdle();
    const { store, shard, primary: server } = this;
    this.events.emit('primaryLost', { store, shard, server, reason: errorCodeOf(reason) });
  }

  /** Something is wrong with the primary, or there is another one. */
  suspect(): void {
    const nowMs = performance.now();
    if (this.lostReason || nowMs - this.suspectedAtMs < SUSPECT_INTERVAL_MS) return;
    this.suspectedAtMs = nowMs;
    void this.search.look();
  }

  private noteTimeline(timeline: number): void {
    this.highestTimeline = Math.max(this.highestTimeline ?? 0, timeline);
  }

  private setRoles(members: readonly Member[]): void {
    this.others = members.filter((member) => member !== this.held);
    this.held.server.role = 'primary';
    for (const { server } of this.others) server.role = 'replica';
  }

  private async startAll(): Promise<void> {
    await Promise.all(this.others.map(({ monitor }) => monitor?.start()));
  }
}
