import {
  closePool,
  openPool,
  parsePosition,
  positionStatement,
  sendTogether,
  type ConnectionTarget,
  type PgPool,
  type PositionReport,
  type WalPosition,
} from '../../lib/postgres';
import { decideRoute, type ReplicaView } from '../../lib/routing';
import { laterPosition } from '../../lib/routing/session-token';

/** Whoever is under test: one session, its write and its read of a note. */
export interface Subject {
  /** Inserts a note; calls `beforeCommit` when the row is written and COMMIT is not sent. */
  write(id: number, beforeCommit: () => Promise<unknown>): Promise<void>;
  /** Whether the note is seen. */
  read(id: number): Promise<boolean>;
}

/** The parts that a router of sessions is made of, each as it should be or as it should not. */
export interface Parts {
  readonly takesPosition: 'behindCommit' | 'beforeCommit' | 'ofReplica';
  readonly chooses: 'byToken' | 'atRandom';
  /** What a read that a replica has answered does to the token. */
  readonly afterRead: 'raises' | 'forgets';
}

export const RIGHT: Parts = { takesPosition: 'behindCommit', chooses: 'byToken', afterRead: 'raises' };

/** A router in twenty lines, of the same pure parts: what is wrong with it is one part that is changed. */
export class MiniRouter implements Subject {
  private token: WalPosition | undefined;
  private readonly pools: Readonly<Record<string, PgPool>>;

  constructor(
    targets: Readonly<Record<string, ConnectionTarget>>,
    private readonly parts: Parts,
  ) {
    this.pools = Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, openPool(target)]));
  }

  async write(id: number, beforeCommit: () => Promise<unknown>): Promise<void> {
    const client = await this.pool('primary').connect();
    await client.query('begin');
    await client.query('insert into note values ($1)', [id]);
    const position = positionStatement('postgres', 'direct');
    const [early] = await sendTogether(client, [position]);
    await beforeCommit();
    const [, late] = await sendTogether(client, [{ text: 'commit' }, position]);
    const taken = this.parts.takesPosition === 'behindCommit' ? late : early;
    const ofPrimary = taken && 'result' in taken ? parsePosition('postgres', taken.result.rows) : undefined;
    this.raise(this.parts.takesPosition === 'ofReplica' ? await this.positionOf('r1') : ofPrimary);
    client.release();
  }

  async read(id: number): Promise<boolean> {
    const names = ['r1', 'r2'];
    const positions = await Promise.all(names.map((name) => this.positionOf(name)));
    const replicas = names.map((name, index): ReplicaView => {
      const lsn = positions[index]?.lsn ?? 0n;
      const health = { state: 'up', lagMs: 0, sampledAtMs: 0, position: { timeline: 1, lsn } } as const;
      return { name, health, outstanding: 0 };
    });
    const after =
      this.parts.chooses === 'byToken' && this.token ? ({ position: this.token, proof: 'known' } as const) : undefined;
    const { server, role } = decideRoute(
      { access: 'read', bucket: undefined, maxLagMs: 0, fallback: 'primary', nowMs: 0, tried: [], after },
      { store: 'main', shard: undefined, primary: 'primary', replicas },
    );
    const { rowCount } = await this.pool(server).query('select from note where id = $1', [id]);
    if (this.parts.afterRead === 'raises') this.raise(await this.positionOf(server));
    else if (role === 'replica') this.token = undefined;
    return rowCount === 1;
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.pools).map((pool) => closePool(pool, 1_000)));
  }

  private async positionOf(name: string): Promise<PositionReport | undefined> {
    const { text } = positionStatement('postgres', 'direct');
    const { rows } = await this.pool(name).query({ text, rowMode: 'array' });
    return parsePosition('postgres', rows);
  }

  private raise(position: PositionReport | undefined): void {
    if (!position) throw new Error('a server of this test tells its position');
    const seen = { timeline: 1, lsn: position.lsn };
    this.token = this.token ? laterPosition(this.token, seen) : seen;
  }

  private pool(name: string): PgPool {
    const pool = this.pools[name];
    if (!pool) throw new Error(`no pool ${name}`);
    return pool;
  }
}
