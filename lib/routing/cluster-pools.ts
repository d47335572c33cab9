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
import type { Member } from './member';
import { leadsTo, positionIn, positionOf } from './observe';
import type { ReadSite } from './read-site';
import type { SessionReads, Turn } from './session-reads';
import type { SessionScope, SessionState } from './session-state';
import type { StoreServer } from './store-server';
import { traceStatements } from './telemetry';

/** What pools need of their cluster. */
export interface PoolSite extends ReadSite {
  /** Of the cluster, in tokens. */
  readonly id: string;
  readonly sessions: SessionScope;
  readonly sessionReads: SessionReads;
  write<R extends QueryResultRow>(text: PgStatement, values?: readonly unknown[]): Promise<QueryResult<R>>;
  read<R extends QueryResultRow>(text: PgStatement, values?: readonly unknown[]): Promise<QueryResult<R>>;
  checkout(signal: AbortSignal | undefined): Promise<{ server: StoreServer; client: PgPoolClient }>;
  /** Resolves when the replicas are known well enough to choose one. */
  prepare(): Promise<void>;
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
    await this.site.prepare();
    return this.lend(await this.borrowReplica(session), session);
  }

  private borrowReplica(session: SessionState | undefined): Promise<Loan> {
    return this.site.sessionReads.answer(session, {
      // A connection is kept for longer than a read.
      isPrimaryFirst: () => false,
      tryReplica: async ({ member, after }) => {
        const client = await member.server.checkout();
        if (session) await this.requireSame(member, client);
        if (after !== undefined && !(await this.hasReached(member, client, after))) return undefined;
        return { server: member.server, client, replica: member, done: nothing };
      },
      askPrimary: (turn) => this.borrowPrimary(turn),
    });
  }

  /** A connection that leads to another server than the replica that is known is closed. @throws {PolystoreError} SERVER_UNAVAILABLE */
  private async requireSame(member: Member, client: PgPoolClient): Promise<void> {
    const { health, server } = member;
    if (health.state !== 'up' || health.startedAtUs === undefined) return;
    const isSame = await leadsTo(client, health.startedAtUs).catch(async (error: unknown) => {
      client.release(true);
      throw await server.translate(error, 'reading', undefined);
    });
    if (isSame) return;
    client.release(true);
    throw this.site.sessionReads.forget(member);
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

  /** A connection to the primary in a replica's stead: its turn lasts until it is given back. */
  private borrowPrimary(turn: Turn): Promise<Loan> {
    return new Promise<Loan>((resolve, reject) => {
      const borrow = async (done: () => void): Promise<void> => {
        try {
          resolve({ ...(await this.site.checkout(undefined)), replica: undefined, done });
        } catch (error) {
          done();
          reject(error);
        }
      };
      turn(() => new Promise<void>((done) => void borrow(done))).catch(reject);
    });
  }

  private lend(loan: Loan, session: SessionState | undefined): PgPoolClient {
    const { server, client, done } = loan;
    const giveBack = client.release;
    const watch = session && new WatchedClient(client, this.observerOf(loan, session));
    const untrace = traceStatements(client, server.telemetry);
    if (!loan.replica) watchForLoss(client, () => this.site.members.suspect());
    server.outstanding++;
    client.release = (error) => {
      untrace();
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
        settle: (outcome) => sessionReads.marked.raise(session, replica, positionIn(server, outcome)),
      };
    }
    let letGo: (() => void) | undefined;
    const lentAtMs = performance.now();
    return {
      position,
      hold: () => void (letGo ??= session.hold(id)),
      settle: (outcome) => {
        sessionReads.noteWrite(session, positionIn(server, outcome), lentAtMs);
        letGo?.();
        letGo = undefined;
      },
    };
  }
}
