import { copyFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { defineTier, postgres } from '../../lib/definition';
import { ensureCertificates } from '../../lib/local/certificates';
import {
  closeClient,
  closePool,
  errorGroupOf,
  failureOf,
  isAliveAfter,
  openClient,
  openPool,
  parsePosition,
  positionStatement,
  quoteIdentifier,
  quoteLiteral,
  readServerState,
  resultOf,
  sendTogether,
  withClient,
  type ConnectionTarget,
  type PgClient,
  type ServerState,
} from '../../lib/postgres';
import type { PostgresEngine } from '../../lib/topology';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { TcpProxy } from '../support/tcp-proxy';

const tier = defineTier({
  name: 'postgres',
  stages: { dev: { profile: 'disposable' } },
  stores: { main: postgres({ replicas: 1 }) },
  services: { reader: { uses: { main: 'read' } } },
});

let test: TestTier;
let primary: ConnectionTarget;
let replica: ConnectionTarget;
let proxies: TcpProxy[] = [];

beforeAll(async () => {
  test = await startTestTier(tier);
  primary = await test.superuser('main/primary');
  replica = await test.superuser('main/r1');
});
afterEach(async () => {
  await Promise.all(proxies.map((proxy) => proxy.close()));
  proxies = [];
});
afterAll(() => test?.stop());

async function proxied(target: ConnectionTarget): Promise<{ proxy: TcpProxy; target: ConnectionTarget }> {
  const { endpoint } = target.server;
  const proxy = await TcpProxy.open(endpoint.port);
  proxies.push(proxy);
  return { proxy, target: { ...target, server: { ...target.server, endpoint: { ...endpoint, port: proxy.port } } } };
}

const groupOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'no error', errorGroupOf);

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

describe('a connection', () => {
  it('is encrypted, and shows its name', async () => {
    await withClient(
      primary,
      async (client) => {
        const { rows } = await client.query(
          `select ssl, version, application_name from pg_stat_ssl join pg_stat_activity using (pid) where pid = pg_backend_pid()`,
        );
        expect(rows).toEqual([{ ssl: true, version: 'TLSv1.3', application_name: 'named' }]);
      },
      { applicationName: 'named' },
    );
  });

  it('has the operating system ask after ten seconds whether a host is there, not after two hours', async () => {
    const keepAlive = jest.spyOn(Socket.prototype, 'setKeepAlive');
    await withClient(primary, (client) => client.query('select 1'));
    const pool = openPool(primary);
    await pool.query('select 1');
    await closePool(pool, 1_000);
    expect(keepAlive.mock.calls).toEqual([
      [true, 10_000],
      [true, 10_000],
    ]);
    keepAlive.mockRestore();
  });

  it('refuses a server whose certificate another authority signed, also where the same file held the right one', async () => {
    const another = await ensureCertificates(join(dirname(test.topologyFile), 'another-tier'));
    const path = join(dirname(test.topologyFile), 'replaced.crt');
    await copyFile((primary.trust as { readonly path: string }).path, path);
    await closeClient(await openClient({ ...primary, trust: { kind: 'file', path } }));
    await copyFile(another.authority, path);
    await expect(openClient({ ...primary, trust: { kind: 'file', path } })).rejects.toMatchObject({
      code: expect.stringMatching(/SIGNATURE|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/),
    });
  });

  it('is refused for a wrong password, without the password in the message', async () => {
    const credentials = { ...primary.credentials, password: 'wrong-and-secret' };
    const error = await openClient({ ...primary, credentials }).catch((reason: unknown) => reason as Error);
    expect(errorGroupOf(error)).toBe('authentication');
    expect(JSON.stringify(error) + String(error)).not.toContain('wrong-and-secret');
  });

  it('gives up a slow statement as cancelled by the server', async () => {
    const slow = withClient(primary, (client) => client.query('select pg_sleep(60)'), { timeoutMs: 1_000 });
    expect(await groupOf(slow)).toBe('cancelled');
  });

  it('gives up a silent server as unavailable, on the way in and in a statement', async () => {
    const { proxy, target } = await proxied(primary);
    const client = await openClient(target, { timeoutMs: 200 });
    await proxy.set('silent');
    expect(
      await elapsedMs(async () => expect(await groupOf(client.query('select 1'))).toBe('unavailable')),
    ).toBeLessThan(2_000);
    expect(await elapsedMs(() => closeClient(client))).toBeLessThan(2_000);
    expect(
      await elapsedMs(async () => expect(await groupOf(openClient(target, { timeoutMs: 200 }))).toBe('unavailable')),
    ).toBeLessThan(2_000);
  });

  it('is ended within a second when its server has gone silent', async () => {
    const { proxy, target } = await proxied(primary);
    const client = await openClient(target);
    await proxy.set('silent');
    expect(await elapsedMs(() => closeClient(client))).toBeLessThan(2_000);
  });

  it('never crashes the process when its server ends it', async () => {
    const client = await openClient(primary);
    const ended = new Promise((resolve) => client.once('end', resolve));
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    await test.on('main/primary', (admin) => admin.query('select pg_terminate_backend($1)', [rows[0]?.pid]));
    await ended;
    expect(await groupOf(client.query('select 1'))).toBe('unavailable');
  });
});

describe('a pool', () => {
  const connections = (name: string): Promise<number> =>
    test.on('main/primary', async (client) => {
      const { rows } = await client.query<{ count: number }>(
        'select count(*)::integer as count from pg_stat_activity where application_name = $1',
        [name],
      );
      return rows[0]?.count ?? -1;
    });

  it('opens connections when they are needed, and none is left when it is closed', async () => {
    const pool = openPool(primary, { max: 3, applicationName: 'closing' });
    expect(await connections('closing')).toBe(0);
    await Promise.all(Array.from({ length: 9 }, () => pool.query('select pg_sleep(0.01)')));
    expect(await connections('closing')).toBe(3);
    await closePool(pool, 1_000);
    await eventually('no connection is left', async () => (await connections('closing')) === 0);
    await closePool(pool, 1_000);
  });

  it('waits for a running statement when it is closed', async () => {
    const pool = openPool(primary);
    const running = pool.query('select pg_sleep(0.2)');
    await eventually('it runs', () => pool.totalCount - pool.idleCount === 1);
    await closePool(pool, 5_000);
    await expect(running).resolves.toMatchObject({ rowCount: 1 });
  });

  it('cuts off, in the end, what nobody gives back', async () => {
    const pool = openPool(primary, { applicationName: 'held' });
    const held = await pool.connect();
    const running = groupOf(pool.query('select pg_sleep(60)'));
    await eventually('it runs', async () => (await connections('held')) === 2);
    expect(await elapsedMs(() => closePool(pool, 100))).toBeLessThan(3_000);
    expect(await running).toBe('unavailable');
    expect(await groupOf(held.query('select 1'))).toBe('unavailable');
    held.release();
    await test.on('main/primary', (client) =>
      client.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'held'"),
    );
  });

  it('tells a busy pool from a lost server', async () => {
    const pool = openPool(primary, { max: 1, connectTimeoutMs: 1_000 });
    const held = await pool.connect();
    expect(await groupOf(pool.query('select 1'))).toBe('poolExhausted');
    held.release();
    await closePool(pool, 1_000);
  });

  it('limits a statement where it is told to, also where the server is silent', async () => {
    const { proxy, target } = await proxied(primary);
    const pool = openPool(target, { statementTimeoutMs: 100 });
    expect(await groupOf(pool.query('select pg_sleep(60)'))).toBe('cancelled');
    await pool.query('select 1');
    await proxy.set('silent');
    expect(await groupOf(pool.query('select 1'))).toBe('unavailable');
    await closePool(pool, 100);
  });
});

describe('the state of a server', () => {
  const stateAs = (target: ConnectionTarget): Promise<ServerState> =>
    withClient(target, (client) => readServerState(client, 'postgres'));
  const asReader = async (target: ConnectionTarget): Promise<ConnectionTarget> => {
    const store = test.topology.stores['main'];
    if (store?.kind !== 'postgres') throw new Error('main is no shard');
    return { ...target, credentials: await test.secrets.read(store.secrets.services['reader'] ?? '') };
  };

  const somewhere = { timeline: 1, lsn: expect.any(BigInt) };
  const known = { position: somewhere, showsUpTo: somewhere, startedAtUs: expect.any(Number) };

  it('is primary, without a lag', async () => {
    expect(await stateAs(primary)).toEqual({ role: 'primary', ...known });
  });

  it('is replica, with a lag of 0 when it has replayed all it received, for a service too', async () => {
    for (const target of [replica, await asReader(replica)]) {
      await eventually('the replica has caught up', async () => (await stateAs(target)).lagMs === 0);
      expect(await stateAs(target)).toEqual({ role: 'replica', lagMs: 0, ...known });
    }
  });

  it('begins anew where a process of the server crashed, though the server stays', async () => {
    const { startedAtUs } = await stateAs(replica);
    expect(await stateAs(replica)).toMatchObject({ startedAtUs });
    const crashed = await openClient(replica);
    const { rows } = await crashed.query<{ pid: number }>('select pg_backend_pid() as pid');
    process.kill(rows[0]?.pid ?? NaN, 'SIGKILL');
    await eventually('it has recovered', async () => (await stateAs(replica)).startedAtUs !== startedAtUs);
    await closeClient(crashed);
  });

  it('shows nothing beyond what it has received', async () => {
    try {
      await test.on('main/r1', (client) => client.query('select pg_wal_replay_pause()'));
      await test.on('main/primary', (client) => client.query('create table received ()'));
      await test.on('main/primary', (client) => client.query('drop table received'));
      await eventually('it has received more', async () => {
        const { position, showsUpTo } = await stateAs(replica);
        return position !== undefined && showsUpTo !== undefined && showsUpTo.lsn > position.lsn;
      });
    } finally {
      await test.on('main/r1', (client) => client.query('select pg_wal_replay_resume()'));
    }
  });

  it('has the age of the last replayed commit as lag while replay is paused', async () => {
    try {
      await test.on('main/primary', (client) => client.query('create table lag ()'));
      await eventually('the table is there', () =>
        test.on(
          'main/r1',
          async (client) => (await client.query("select to_regclass('lag')::text as name")).rows[0]?.name === 'lag',
        ),
      );
      await test.on('main/r1', (client) => client.query('select pg_wal_replay_pause()'));
      await test.on('main/primary', (client) => client.query('drop table lag'));
      const lags: number[] = [];
      await eventually('the lag grows', async () => {
        const { lagMs } = await stateAs(replica);
        if (typeof lagMs === 'number' && lagMs > 0) lags.push(lagMs);
        return lags.length > 3;
      });
      expect(lags).toEqual([...lags].sort((one, other) => one - other));
      expect(lags.at(-1)).toBeGreaterThan(lags[0] as number);
    } finally {
      await test.on('main/r1', (client) => client.query('select pg_wal_replay_resume()'));
    }
  });

  describe('of a replica whose primary idles', () => {
    const resume = (client: PgClient) => client.query('select pg_wal_replay_resume()');
    const ageOfLastCommitMs = async (client: PgClient): Promise<number> => {
      const { rows } = await client.query<{ ms: number }>(
        'select (extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000)::float8 as ms',
      );
      return rows[0]?.ms ?? NaN;
    };
    const whenPaused = (): Promise<unknown> =>
      test.on('main/r1', async (client) => {
        await client.query('select pg_wal_replay_pause()');
        return eventually('replay is paused', async () => {
          const { rows } = await client.query<{ state: string }>('select pg_get_wal_replay_pause_state() as state');
          return rows[0]?.state === 'paused';
        });
      });
    /** Writes to the log without a commit, as a checkpoint does, and waits until the replica has received and not replayed it. */
    const inFlight = async (sql: string): Promise<void> => {
      await eventually('nothing is left to replay', async () => (await stateAs(replica)).lagMs === 0);
      await whenPaused();
      await test.on('main/primary', (client) => client.query(sql));
      await eventually('it has received more', async () => {
        const { position, showsUpTo } = await stateAs(replica);
        return position !== undefined && showsUpTo !== undefined && showsUpTo.lsn > position.lsn;
      });
      await test.on('main/r1', (client) =>
        eventually('the last commit is a while ago', async () => (await ageOfLastCommitMs(client)) > 1_000),
      );
    };
    afterEach(() => test.on('main/r1', resume));

    it.each([
      'checkpoint',
      'select pg_switch_wal()',
      `select pg_logical_emit_message(false, 'polystore', 'nobody commits', true)`,
    ])('is late by a moment while it replays: %s', async (sql) => {
      await inFlight(sql);
      await withClient(replica, async (client) => {
        // Replay goes on once the first question is answered, and is done when the next one is asked.
        let asked = 0;
        const replaying: Pick<PgClient, 'query'> = {
          query: (async (text: string) => {
            const answer = await client.query(text);
            if (asked++ > 0) return answer;
            await resume(client);
            await eventually('all is replayed', async () => {
              const received = 'select pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn() as replayed';
              return (await client.query<{ replayed: boolean }>(received)).rows[0]?.replayed;
            });
            return answer;
          }) as PgClient['query'],
        };
        const commitAgeMs = await ageOfLastCommitMs(client);
        const beganAt = performance.now();
        const { lagMs } = await readServerState(replaying, 'postgres');
        expect(asked).toBe(2);
        expect(lagMs).toBeGreaterThan(0);
        expect(lagMs).toBeLessThanOrEqual(Math.ceil(performance.now() - beganAt) + 1);
        expect(lagMs).toBeLessThan(commitAgeMs);
      });
    });

    it('is not taken for current while its replay stands still', async () => {
      await inFlight(`select pg_logical_emit_message(false, 'polystore', 'nobody commits', true)`);
      // Now somebody does, and nobody can see it on the replica.
      await test.on('main/primary', (client) => client.query('create table unseen ()'));
      const committedAt = performance.now();
      await test.on('main/primary', (client) => client.query('checkpoint'));
      for (let looks = 0; looks < 3; looks++) {
        const sinceMs = performance.now() - committedAt;
        expect((await stateAs(replica)).lagMs).toBeGreaterThan(Math.floor(sinceMs));
      }
      await test.on('main/primary', (client) => client.query('drop table unseen'));
    });
  });

  it('has an unknown lag while nothing is received, for a service too', async () => {
    const set = (sql: string) =>
      test.on('main/r1', async (client) => {
        await client.query(sql);
        await client.query('select pg_reload_conf()');
      });
    try {
      await set("alter system set primary_conninfo = ''");
      for (const target of [replica, await asReader(replica)]) {
        await eventually('the lag is unknown', async () => (await stateAs(target)).lagMs === 'unknown');
      }
    } finally {
      await set('alter system reset primary_conninfo');
    }
    await eventually('the replica streams again', async () => (await stateAs(replica)).lagMs === 0);
  });
});

describe('the position of a server', () => {
  const reportOf = async (target: ConnectionTarget, engine: PostgresEngine) =>
    withClient(target, async (client) => {
      const [prepared, again] = await sendTogether(client, Array(2).fill(positionStatement(engine, 'direct')));
      const { text, ...rest } = positionStatement(engine, 'pooled');
      const plain = await client.query({ text, rowMode: rest.rowMode ?? 'array' });
      const rows = [prepared, again].map((one) => (one && 'result' in one ? one.result.rows : []));
      return [...rows, plain.rows].map((one) => parsePosition(engine, one));
    });

  it('is behind everything that was done before, on a timeline that a primary tells', async () => {
    const [first, second, third] = await reportOf(primary, 'postgres');
    expect(first).toEqual({ role: 'primary', timeline: 1, lsn: expect.any(BigInt), showsUpTo: first?.lsn });
    await test.on('main/primary', (client) => client.query('create table position ()'));
    await test.on('main/primary', (client) => client.query('drop table position'));
    const [later] = await reportOf(primary, 'postgres');
    expect([second, third].every((one) => one !== undefined && one.lsn >= (first?.lsn ?? 0n))).toBe(true);
    expect(later?.lsn).toBeGreaterThan(third?.lsn ?? 0n);
    await eventually('the replica is there', async () => {
      const [report] = await reportOf(replica, 'postgres');
      return report?.role === 'replica' && report.timeline === undefined && report.lsn >= (later?.lsn ?? 0n);
    });
  });

  it('is what Aurora says of the instance itself; unknown where it says nothing', async () => {
    const answers = async (identifier: string) => {
      await test.on('main/primary', async (client) => {
        await client.query(`create or replace function aurora_db_instance_identifier() returns text
          language sql as $$ select '${identifier}' $$`);
        await client.query(`create or replace function aurora_replica_status()
          returns table (server_id text, durable_lsn bigint, replica_lag_in_msec double precision) language sql as $$
            values ('writer', 700::bigint, null::double precision), ('reader', 650, 12.6) $$`);
      });
      const target = await test.superuser('main/primary');
      const state = await withClient(target, (client) => readServerState(client, 'aurora-postgres'));
      return [state, ...(await reportOf(target, 'aurora-postgres'))];
    };
    const known = { role: 'primary', timeline: 1, lsn: 700n, showsUpTo: 700n };
    const state = { role: 'primary', startedAtUs: expect.any(Number) };
    const position = { timeline: 1, lsn: 700n };
    expect(await answers('writer')).toEqual([{ ...state, position, showsUpTo: position }, known, known, known]);
    const unknown = { ...state, position: undefined, showsUpTo: undefined };
    expect(await answers('nobody')).toEqual([unknown, undefined, undefined, undefined]);
  });
});

describe('statements that are sent together', () => {
  it('are transactions of their own, in one round trip, each with its own outcome', async () => {
    await withClient(primary, async (client) => {
      const outcomes = await sendTogether(client, [
        { text: 'select txid_current() as id' },
        { text: 'select $1::integer / 0', values: [1] },
        { text: 'select txid_current() as id', values: [] },
      ]);
      const [first, second, third] = outcomes;
      expect(second).toEqual({ error: expect.objectContaining({ code: '22012' }) });
      expect(first && 'result' in first && third && 'result' in third).toBe(true);
      expect(failureOf(outcomes, 0)).toBeUndefined();
      expect(isAliveAfter(outcomes)).toBe(true);
      expect(resultOf(third).rows[0]?.['id']).not.toBe(resultOf(first).rows[0]?.['id']);
      expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    });
  });

  it('say what was not answered where the connection is lost between them', async () => {
    const client = await openClient(primary);
    const outcomes = await sendTogether(client, [
      { text: 'select 1 as one' },
      { text: 'select pg_terminate_backend(pg_backend_pid())' },
      { text: 'select 3 as three' },
    ]);
    expect(failureOf(outcomes, 0)).toBeUndefined();
    expect(errorGroupOf(failureOf(outcomes, 1))).toBe('unavailable');
    expect(isAliveAfter(outcomes)).toBe(false);
    expect(errorGroupOf(failureOf(outcomes, 2))).toBe('unavailable');
    await closeClient(client);
  });
});

describe('quoting', () => {
  it.each(['plain', 'Select', 'with "quotes"', "with 'quotes'", 'back\\slash', 'ünïcödé 🐘', '$1', 'a;b--c'])(
    'keeps %p as one name and one text',
    async (text) => {
      await withClient(primary, async (client) => {
        const { rows, fields } = await client.query(`select ${quoteLiteral(text)} as ${quoteIdentifier(text)}`);
        expect(fields[0]?.name).toBe(text);
        expect(rows[0]).toEqual({ [text]: text });
      });
    },
  );
});
