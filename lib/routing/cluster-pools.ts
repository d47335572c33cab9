import {
  RoutedPool,
  watchForLoss,
  WatchedClient,
  type ConnectionObserver,
  type PgPool,
  type PgPoolClient,
  type PgStatement,
  type QueryResult,
  type QueryResultRow,
} from '../postgres';
import { isEligible, noEligibleReplica } from './eligibility';
import type { Member } from './member';
import { positionIn, positionOf } from './observe';
import type { ReadSite } from './read-site';
import { mayAnswerElsewhere } from './server-errors';
import type { SessionReads } from './session-reads';
import type { SessionScope, SessionState } from './session-state';
import { BEYOND_ALL } from './session-token';
import type { StoreServer } from './store-server';

/** What pools need of their cluster. */
export interface PoolSite extends ReadSite {
  /** Of the cluster, in tokens. */
  readonly id: string;
  readonly sessions: SessionScope;
  readonly sessionReads: SessionReads;
  write<R extends QueryResultRow>(text: PgStatement, values?: readonly unknown[]): Promise<QueryResult<R>>;
  read<R extends QueryResultRow>(text: PgStatement, values?: readonly unknown[]): Promise<QueryResult<R>>;
  checkout(signal: AbortSignal | undefined): Promise<{ server: StoreServer; client: PgPoolClient }>;
  /** Begins to watch the replicas; resolves when each was probed once. */
  watch(): Promise<void>;
}

/** A connection that is lent to somebody. */
interface Loan {
  readonly server: StoreServer;
  readonly client: PgPoolClient;
  /** The replica that it leads to; undefined for the primary. */
  readonly replica: Member | undefined;
  /** Called when it is given back. */
  readonly done: () => void;
}

const nothing = (): void => undefined;

/** The pools of a cluster as libraries see them: one leads to the primary, whoever that is, one to replicas. */
export class ClusterPools {
  readonly primary: PgPool;
  readonly replicas: PgPool;

  constructor(private readonly site: PoolSite) {
    const { members } = site;
    const { max = 10 } = members.writable.server.options;
    this.primary = new RoutedPool({
      max,
      checkout: () => this.lendPrimary(),
      query: (statement, values) => site.write(statement, values),
      pools: () => [members.writable.server.pool()],
    });
    this.replicas = new RoutedPool({
      max,
      checkout: () => this.lendReplica(),
      query: (statement, values) => site.read(statement, values),
      pools: () => members.replicas.map(({ server }) => server.pool()),
    });
  }

  /** A connection to the primary, in the session in force. @throws {PolystoreError} as a write */
  async lendPrimary(): Promise<PgPoolClient> {
    const session = this.site.sessions.current();
    const { server, client } = await this.site.checkout(undefined);
    return this.lend({ server, client, replica: undefined, done: nothing }, session);
  }

  /** A connection to a replica that may answer the session in force; to the primary by the rules of reads. @throws {PolystoreError} as a read */
  async lendReplica(): Promise<PgPoolClient> {
    const session = this.site.sessions.current();
    await this.site.watch();
    return this.lend(await this.borrowReplica(session), session);
  }

  private async borrowReplica(session: SessionState | undefined): Promise<Loan> {
    const { members, policy, id, sessionReads } = this.site;
    const beganAtMs = performance.now();
    let tried: readonly string[] = [];
    for (;;) {
      const token = session?.positionOf(id);
      const choice = sessionReads.choose(token, tried);
      if (!choice) break;
      const { member, after } = choice;
      try {
        const client = await member.server.checkout();
        if (after === undefined || (await this.hasReached(member, client, after))) {
          return { server: member.server, client, replica: member, done: nothing };
        }
      } catch (error) {
        if (!mayAnswerElsewhere(error)) throw error;
        tried = [...tried, member.name];
        this.site.noteLost(member.name, error);
        continue;
      }
      const leftMs = beganAtMs + policy.catchUpMs - performance.now();
      const request = this.site.request(tried, undefined);
      const isOpen = (replica: Member): boolean => isEligible(replica, request);
      if (token === undefined || leftMs <= 0 || !(await members.waitFor(token, leftMs, isOpen))) break;
    }
    return this.borrowPrimary(session, tried, beganAtMs);
  }

  /** Asks the server itself; a connection that does not lead far enough is given back. */
  private async hasReached({ server, monitor }: Member, client: PgPoolClient, lsn: bigint): Promise<boolean> {
    try {
      const position = positionIn(server, { result: await client.query(positionOf(server)) });
      if (position?.role === 'replica') monitor?.observe(position.lsn);
      if (position && position.lsn >= lsn) return true;
      client.release();
      return false;
    } catch (error) {
      client.release(true);
      throw await server.translate(error, 'reading', undefined);
    }
  }

  /** A connection to the primary in a replica's stead, which counts among the reads that it takes so until it is given back. */
  private async borrowPrimary(
    session: SessionState | undefined,
    tried: readonly string[],
    beganAtMs: number,
  ): Promise<Loan> {
    const { members, policy, events, primaryReads, id } = this.site;
    const { store, shard } = members;
    const borrow = async (done: () => void): Promise<Loan> => {
      try {
        return { ...(await this.site.checkout(undefined)), replica: undefined, done };
      } catch (error) {
        done();
        throw error;
      }
    };
    if (members.replicas.length === 0) return borrow(nothing);
    const token = session?.positionOf(id);
    if (policy.fallback === 'none') {
      throw noEligibleReplica(members, this.site.request(tried, token && { position: token, proof: 'known' }));
    }
    const reason = this.site.sessionReads.decide(tried, undefined) ? 'behind' : 'noEligibleReplica';
    events.emit('fallback', { store, shard, reason, waitedMs: Math.round(performance.now() - beganAtMs) });
    return new Promise<Loan>((resolve, reject) => {
      const hold = (): Promise<void> => new Promise((done) => void borrow(done).then(resolve, reject));
      primaryReads.run({ store, server: members.primary }, hold).catch(reject);
    });
  }

  private lend(loan: Loan, session: SessionState | undefined): PgPoolClient {
    const { server, client, done } = loan;
    const giveBack = client.release;
    const watch = session && new WatchedClient(client, this.observerOf(loan, session));
    if (!loan.replica) watchForLoss(client, () => this.site.members.suspect());
    server.outstanding++;
    client.release = (error) => {
      const finish = (): void => {
        server.outstanding--;
        giveBack.call(client, error);
        done();
      };
      if (!watch) return finish();
      const isLost = error !== undefined && error !== false && error !== null;
      void watch.end(isLost).then(finish, finish);
    };
    return client;
  }

  private observerOf({ server, replica }: Loan, session: SessionState): ConnectionObserver {
    const { id, sessionReads } = this.site;
    const position = positionOf(server);
    if (replica) {
      return {
        position,
        hold: nothing,
        settle: (outcome) => sessionReads.raise(session, replica, positionIn(server, outcome)),
      };
    }
    let letGo: (() => void) | undefined;
    return {
      position,
      hold: () => void (letGo ??= session.hold(id)),
      settle: (outcome) => {
        const { timeline, lsn } = positionIn(server, outcome) ?? BEYOND_ALL;
        if (timeline === undefined) session.raise(id, BEYOND_ALL);
        else session.settle(id, { timeline, lsn });
        letGo?.();
        letGo = undefined;
      },
    };
  }
}
