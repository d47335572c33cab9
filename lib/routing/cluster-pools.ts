import {
  RoutedPool,
  sendTogether,
  watchForLoss,
  type PgPool,
  type PgPoolClient,
  type PgStatement,
  type QueryResult,
  type QueryResultRow,
} from '../postgres';
import type { Member } from './member';
import { leadsTo, positionIn, positionOf } from './observe';
import type { ReadSite } from './read-site';
import type { Choice } from './marked-reads';
import type { SessionReads, Turn } from './session-reads';
import type { SessionScope, SessionState } from './session-state';
import type { StoreServer } from './store-server';
import { traceStatements } from './telemetry';

/** What pools need of their cluster. */
export interface PoolSite extends ReadSite {
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
  readonly role: 'primary' | 'replica';
  /** What is done before others may have the connection. @default - nothing */
  readonly before?: (isLost: boolean) => Promise<void>;
  /** Called when it is given back. */
  readonly done: () => void;
}

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
    // Whatever is done on it may write.
    const done = session ? this.site.sessionReads.beginWrite(session) : (): void => undefined;
    return this.lend({ server, client, role: 'primary', done });
  }

  /** A connection to a replica that may answer the session in force; to the primary by the rules of reads. @throws {PolystoreError} as a read */
  async lendReplica(): Promise<PgPoolClient> {
    const session = this.site.sessions.current();
    await this.site.prepare();
    return this.lend(await this.borrowReplica(session));
  }

  private borrowReplica(session: SessionState | undefined): Promise<Loan> {
    return this.site.sessionReads.answer(session, {
      // A connection is kept for longer than a read.
      isPrimaryFirst: () => false,
      primaryTells: () => false,
      tryReplica: (choice) => this.tryReplica(session, choice),
      askPrimary: (turn) => this.borrowPrimary(session, turn),
      signal: undefined,
    });
  }

  /** Undefined where the replica has not come so far. The session stays with it from now on: what else it reads must not go further meanwhile. */
  private async tryReplica(session: SessionState | undefined, { member, after }: Choice): Promise<Loan | undefined> {
    const { marked } = this.site.sessionReads;
    const { server } = member;
    const end = session && marked.begin(session, member);
    let loan: Loan | undefined;
    try {
      const client = await server.checkout();
      if (session) await this.requireSame(member, client);
      if (after !== undefined && !(await this.hasReached(member, client, after))) return undefined;
      const isKnown = marked.isKnown(member);
      const before = async (isLost: boolean): Promise<void> => {
        const [position] = isLost ? [] : await sendTogether(client, [positionOf(server)]);
        if (session) marked.raise(session, member, positionIn(server, position));
      };
      // Of one that is not known, another may answer next by its name: it is asked now.
      return (loan = {
        server,
        client,
        role: 'replica',
        ...(session && !isKnown && { before }),
        done: () => end?.(isKnown ? 'seen' : 'failed'),
      });
    } finally {
      if (!loan) end?.('failed');
    }
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
  private borrowPrimary(session: SessionState | undefined, turn: Turn): Promise<Loan> {
    return new Promise<Loan>((resolve, reject) => {
      const borrow = async (over: () => void): Promise<void> => {
        try {
          const { server, client } = await this.site.checkout(undefined);
          const end = session && this.site.sessionReads.marked.begin(session, undefined);
          const done = (): void => {
            end?.('seen');
            over();
          };
          resolve({ server, client, role: 'primary', done });
        } catch (error) {
          over();
          reject(error);
        }
      };
      turn(() => new Promise<void>((over) => void borrow(over))).catch(reject);
    });
  }

  private lend({ server, client, role, before, done }: Loan): PgPoolClient {
    const giveBack = client.release;
    const untrace = traceStatements(client, server.telemetry);
    if (role === 'primary') watchForLoss(client, () => this.site.members.suspect());
    server.outstanding++;
    client.release = (error) => {
      untrace();
      const finish = (): void => {
        server.outstanding--;
        giveBack.call(client, error);
        done();
      };
      const isLost = error !== undefined && error !== false && error !== null;
      if (before) void before(isLost).then(finish, finish);
      else finish();
    };
    return client;
  }
}
