import { readFileSync } from 'node:fs';
import tier from '../../examples/ranges-and-tenants.config';
import { signUp, splitDays } from '../../examples/router-tenants';
import {
  applyMoves,
  bucketOf,
  bucketsOf,
  hash,
  rangesOf,
  splitRange,
  type BucketId,
  type Placement,
} from '../../lib/placement';
import { provisionTier } from '../../lib/provision';
import { openRouter, type Router, type RouterOptions } from '../../lib/routing';
import { runSmoke, type SmokeReport } from '../../lib/smoke';
import { changePlacement, openKeyDirectory, placementsOf, type KeyDirectory } from '../../lib/sources';
import type { KeyDirectoryTopology, ShardedPostgresTopology, Topology } from '../../lib/topology';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';

const STORES = ['visits', 'tenants'] as const;
const SHARDS = STORES.flatMap((store) => [`${store}/s0`, `${store}/s1`]);
const WHO = "select current_setting('cluster_name') as who";

let local: TestTier;
let router: Router<typeof tier>;

const open = (options: Partial<RouterOptions> = {}): Promise<Router<typeof tier>> =>
  openRouter<typeof tier>({
    topology: { read: () => Promise.resolve(local.topology) },
    secrets: local.secrets,
    login: { kind: 'owner' },
    ...options,
  });

const placements = () => placementsOf(local.topology);
const prove = (): Promise<SmokeReport> =>
  runSmoke({ topology: local.topology, secrets: local.secrets, placementOf: placements() });
const provision = () => provisionTier({ topology: local.topology, secrets: local.secrets, placementOf: placements() });
/** The topology with another rule for new tenants. */
function withNewKeys(newKeys: KeyDirectoryTopology['newKeys']): Topology {
  const tenants = local.topology.stores['tenants'] as ShardedPostgresTopology;
  const { location } = tenants.keyDirectory as KeyDirectoryTopology;
  const changed = { ...tenants, keyDirectory: { location, newKeys } };
  return { ...local.topology, stores: { ...local.topology.stores, tenants: changed } };
}
const failed = ({ outcomes }: SmokeReport): string[] =>
  outcomes.filter(({ status }) => status === 'failed').map(({ subject, check }) => `${subject} ${check}`);

beforeAll(async () => {
  local = await startTestTier(tier);
  router = await open();
  for (const store of STORES) {
    const column = store === 'visits' ? 'day date' : 'tenant text';
    const tables = router.store(store).shards();
    await Promise.all(tables.map((shard) => shard.write(`create table item (${column} not null, body text)`)));
  }
});
afterAll(async () => {
  await router.close();
  await local.stop();
});

/** Where rows of a table with this body lie, by asking every shard. */
async function shardsWith(store: (typeof STORES)[number], body: string): Promise<string[]> {
  const found = await Promise.all(
    router
      .store(store)
      .shards()
      .map(async (shard) => {
        const { rowCount } = await shard.write('select from item where body = $1', [body]);
        return Array<string>(rowCount ?? 0).fill(shard.shard ?? '');
      }),
  );
  return found.flat();
}

it('keeps every promise of both strategies', async () => {
  await router.visits.forKey('2026-05-05').write('insert into item values ($1, $2)', ['2026-05-05', 'proof']);
  const assignment = await router.tenants.assign('proof', { shard: 's1' });
  await router.tenants.forKey('proof').write('insert into item values ($1, $2)', ['proof', 'proof']);
  const report = await prove();
  expect(failed(report)).toEqual([]);
  const passed = report.outcomes
    .filter(({ status }) => status === 'passed')
    .map(({ subject, check }) => `${subject} ${check}`);
  expect(passed).toEqual(
    expect.arrayContaining([
      'visits shard-map',
      'visits keys-on-owner',
      'visits/s0 bucket-twin',
      'visits/s1 rows-on-owner',
      'tenants key-directory',
      'tenants keys-on-owner',
      'tenants/s1 rows-on-owner',
      ...SHARDS.map((shard) => `${shard} owned-buckets`),
    ]),
  );
  expect(report.outcomes).toContainEqual(
    expect.objectContaining({
      subject: 'tenants',
      check: 'key-directory',
      evidence: expect.objectContaining({ newKeys: 'refuse' }),
    }),
  );

  // Negative controls: a row whose key is another shard's, by range and by directory.
  await router.visits.shard('s0').write("insert into item values ('2026-05-05', 'stray')");
  await router.tenants.shard('s0').write("insert into item values ('proof', 'stray'), ('nobody', 'stray')");
  const broken = await prove();
  expect(failed(broken)).toEqual(['visits/s0 rows-on-owner', 'tenants/s0 rows-on-owner']);
  expect(broken.outcomes).toContainEqual(
    expect.objectContaining({
      subject: 'tenants/s0',
      reason: expect.stringContaining('public.item: 2 of its keys belong'),
    }),
  );
  for (const label of SHARDS) await local.on(label, (client) => client.query('truncate item'));
  await router.tenants.unassign('proof', assignment);
});

describe('range', () => {
  it('sends each key to the shard whose range holds it', async () => {
    const keys = ['2020-01-01', '2025-12-31', '2026-01-01', '9999-12-31'];
    expect(keys.map((key) => router.visits.shardOf(key))).toEqual(['s0', 's0', 's1', 's1']);
    for (const key of keys) {
      const { rows } = await router.visits.forKey(key).write<{ who: string }>(WHO);
      expect(rows).toEqual([{ who: `visits/${router.visits.shardOf(key)}` }]);
    }
  });

  it('fails on a key outside every range, and on one of another type, before anything is sent', () => {
    expect(() => router.visits.forKey('2019-12-31')).toThrow(
      expect.objectContaining({
        code: 'KEY_OUT_OF_RANGE',
        details: { store: 'visits', got: 'the string "2019-12-31"', allowed: 'keys from 2020-01-01 on' },
      }),
    );
    expect(() => router.visits.shardOf(new Date())).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
  });

  it('is split by one compare-and-set: no row moves, every shard learns it when it is provisioned', async () => {
    const before = router.visits.mapVersion;
    await router.visits.forKey('2027-06-15').write('insert into item values ($1, $2)', ['2027-06-15', 'split']);
    await changePlacement(placements()('visits'), (placement) => splitRange(placement, '2027-01-01'));
    await router.visits.refreshPlacement();
    expect(router.visits.mapVersion).toBe(before + 1);
    expect(rangesOf(await placements()('visits').read())).toEqual([
      { from: '2020-01-01', to: '2026-01-01', bucket: 0, shard: 's0' },
      { from: '2026-01-01', to: '2027-01-01', bucket: 1, shard: 's1' },
      { from: '2027-01-01', bucket: 2, shard: 's1' },
    ]);
    const key = router.visits.forKey('2027-06-15');
    expect([key.shard, key.bucket]).toEqual(['s1', 2]);
    expect((await key.read('select from item where body = $1', ['split'])).rowCount).toBe(1);
    expect(failed(await prove())).toEqual(
      expect.arrayContaining(['visits/s0 bucket-twin', 'visits/s1 bucket-twin', 'visits/s1 owned-buckets']),
    );
    await provision();
    expect(failed(await prove())).toEqual([]);
  });
});

describe('directory', () => {
  it('fails on a key that nobody assigned, and asks once for whoever asks again', async () => {
    let asked = 0;
    const counting = await open({
      openKeyDirectory: (store, location) => counted(openKeyDirectory(store, location), () => asked++),
    });
    const attempts = Array.from({ length: 50 }, () => counting.tenants.forKey('nobody').write(WHO));
    for (const outcome of await Promise.allSettled(attempts)) {
      expect(outcome).toMatchObject({
        reason: { code: 'KEY_UNKNOWN', details: { store: 'tenants', got: 'the string "nobody"' } },
      });
    }
    await expect(counting.tenants.shardOf('nobody')).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    expect(asked).toBe(1);
    // Assigned here, it is known here at once.
    const assignment = await counting.tenants.assign('nobody', { shard: 's0' });
    await expect(counting.tenants.shardOf('nobody')).resolves.toBe('s0');
    await counting.tenants.unassign('nobody', assignment);
    await counting.close();
  });

  it('sends a key to where it was assigned, and remembers it', async () => {
    let asked = 0;
    const counting = await open({
      openKeyDirectory: (store, location) => counted(openKeyDirectory(store, location), () => asked++),
    });
    const assignment = await router.tenants.assign('acme', { shard: 's1' });
    expect(bucketsOf((await placements()('tenants').read()).shardMap, 's1')).toContain(assignment.bucket);
    expect(counting.tenants.cachedKey('acme')).toBeUndefined();
    const key = counting.tenants.forKey('acme');
    const answers = await Promise.all([
      key.write<{ who: string }>(WHO),
      key.read<{ who: string }>(WHO),
      counting.tenants.forKey('acme').write<{ who: string }>(WHO),
    ]);
    expect(answers.map(({ rows }) => rows[0]?.who)).toEqual(['tenants/s1', 'tenants/s1', 'tenants/s1']);
    expect(asked).toBe(1);
    expect(counting.tenants.cachedKey('acme')).toMatchObject({ shard: 's1', bucket: assignment.bucket });
    expect((await key.locate()).route('write')).toMatchObject({ shard: 's1', bucket: assignment.bucket });
    await counting.close();
  });

  it('is changed by whoever knows the assignment, and by one of two at once', async () => {
    const first = await router.tenants.assign('racy', { bucket: 17 });
    const changes = [1, 2, 3].map((bucket) => router.tenants.assign('racy', { bucket }, first));
    const outcomes = await Promise.allSettled(changes);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(
      outcomes.filter((one) => one.status === 'rejected').map(({ reason }) => (reason as { code: string }).code),
    ).toEqual(['ASSIGNMENT_CONFLICT', 'ASSIGNMENT_CONFLICT']);
    const found = await router.tenants.assignmentOf('racy');
    await expect(router.tenants.shardOf('racy')).resolves.toBe(found?.shard);
  });

  it('is asked again once what it said is old, or was pushed out by other keys', async () => {
    let asked = 0;
    const openKeyDirectoryCounted: RouterOptions['openKeyDirectory'] = (store, location) =>
      counted(openKeyDirectory(store, location), () => asked++);
    const small = await open({ openKeyDirectory: openKeyDirectoryCounted, keyCache: { max: 1 } });
    await router.tenants.assign('aged', { shard: 's0' });
    for (const key of ['aged', 'aged', 'acme', 'aged']) await small.tenants.shardOf(key);
    expect(asked).toBe(3);
    await small.close();
    const short = await open({ keyCache: { ttlMs: 50 } });
    await expect(short.tenants.shardOf('aged')).resolves.toBe('s0');
    await router.tenants.assign('aged', { shard: 's1' }, await router.tenants.assignmentOf('aged'));
    await eventually('the new shard is found', async () => (await short.tenants.shardOf('aged')) === 's1');
    await short.close();
    await expect(open({ keyCache: { max: 0 } })).rejects.toThrow('keyCache.max must be an integer above 0, got 0');
    await expect(open({ keyCache: { ttlMs: Number.NaN } })).rejects.toThrow(
      'keyCache.ttlMs must be in [0, ∞), got NaN',
    );
  });

  it('holds a transaction to one shard', async () => {
    await router.tenants.assign('near', { shard: 's0' });
    await router.tenants.assign('close', { shard: 's0' });
    await router.tenants.assign('far', { shard: 's1' });
    await router.tenants.forKey('near').transaction(async (client, scope) => {
      expect(await scope.forKey('close')).toBe(client);
      await expect(scope.forKey('far')).rejects.toMatchObject({ code: 'CROSS_SHARD' });
      await client.query("insert into item values ('near', 'held')");
    });
    expect(await shardsWith('tenants', 'held')).toEqual(['s0']);
  });

  it('fails on what it can not take, each with its own error', async () => {
    const { tenants } = router;
    expect(() => tenants.forKey(7)).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
    expect(() => tenants.forKey('lone \ud800')).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
    await expect(tenants.assign('x'.repeat(1025), { bucket: 0 })).rejects.toMatchObject({
      code: 'KEY_INVALID',
      details: { got: 'a string of 1025 bytes' },
    });
    await expect(tenants.shardOf('ø'.repeat(513))).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(tenants.assign('x', { shard: 's9' })).rejects.toMatchObject({ code: 'UNKNOWN_SHARD' });
    await expect(tenants.assign('x', { bucket: 4096 })).rejects.toThrow('bucket must be in [0, 4096), got 4096');
    const report = await open({ login: { kind: 'service', service: 'report' } });
    await expect(report.tenants.assign('x', { bucket: 0 })).rejects.toMatchObject({ code: 'ACCESS_REFUSED' });
    const { tenants: kept } = report;
    await report.close();
    await expect(kept.shardOf('x')).rejects.toMatchObject({ code: 'HANDLE_CLOSED' });
  });

  it.each(['hash', 'leastLoaded'] as const)('keeps the promise of the rule %s for new keys', async (newKeys) => {
    const report = await runSmoke({
      topology: withNewKeys(newKeys),
      secrets: local.secrets,
      placementOf: placements(),
      only: ['tenants'],
    });
    expect(failed(report)).toEqual([]);
    expect(report.outcomes.find(({ check }) => check === 'key-directory')).toMatchObject({ evidence: { newKeys } });
  });

  it('assigns a new key by its hash where that is the rule, and two routers that meet it agree', async () => {
    const withRule = { topology: { read: () => Promise.resolve(withNewKeys('hash')) } };
    const routers = await Promise.all([open(withRule), open(withRule)]);
    const reader = await open({ ...withRule, login: { kind: 'service', service: 'report' } });
    const keys = Array.from({ length: 20 }, (_, index) => `new ${index}`);
    // Who may only read looks where the key would be, and assigns nothing.
    const { owners } = (await placements()('tenants').read()).shardMap;
    await expect(reader.tenants.shardOf('new 0')).resolves.toBe(owners[bucketOf(hash(), 'text', 'new 0')]);
    await expect(reader.tenants.assignmentOf('new 0')).resolves.toBeUndefined();
    const [one, other] = await Promise.all(
      routers.map(({ tenants }) => Promise.all(keys.map((key) => tenants.shardOf(key)))),
    );
    expect(one).toEqual(other);
    for (const key of keys) {
      await expect(router.tenants.assignmentOf(key)).resolves.toMatchObject({ bucket: bucketOf(hash(), 'text', key) });
    }
    // A rule for new keys leaves assigned ones alone.
    const pinned = await router.tenants.assign('pinned', { shard: 's0' });
    await expect(routers[0]?.tenants.shardOf('pinned')).resolves.toBe(pinned.shard);
    await Promise.all([...routers, reader].map((each) => each.close()));
  });
});

it('does what the README shows', async () => {
  const readme = readFileSync('packages/router/README.md', 'utf8');
  const file = readFileSync('examples/router-tenants.ts', 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${file.replace("'../packages/router'", "'polystore-router'")}\`\`\``);
  const signUps = ['s0', 's1'].map((shard) => signUp(router, 'shown', shard));
  const [one, other] = await Promise.all(signUps);
  expect(one).toBe(other);
  await expect(signUp(router, 'shown', 's0')).resolves.toBe(one);
  const bucket = await splitDays(placements()('visits'), router, '2030-01-01');
  expect(router.visits.forKey('2029-12-31').bucket).not.toBe(bucket);
  await provision();
});

describe('a router whose shard map is old', () => {
  /** What moving a bucket leaves behind: the record of both shards, then the map. */
  async function move(store: (typeof STORES)[number], bucket: BucketId, from: string, to: string): Promise<Placement> {
    await own(store, from, 'delete from polystore.owned_bucket where bucket = $1', bucket);
    await own(store, to, 'insert into polystore.owned_bucket (bucket, epoch) values ($1, 2)', bucket);
    return changePlacement(placements()(store), (placement) => ({
      ...placement,
      shardMap: applyMoves(placement.shardMap, [{ bucket, from, to }]),
    }));
  }
  const own = (store: string, shard: string, sql: string, bucket: BucketId) =>
    local.on(`${store}/${shard}`, (client) => client.query(sql, [bucket]));

  beforeAll(async () => {
    // The fence of a table, as moving buckets will bring it.
    for (const shard of ['s0', 's1']) {
      await local.on(`visits/${shard}`, (client) =>
        client.query(`
          create function item_fence() returns trigger language plpgsql as
            $$ begin perform polystore.require_bucket(polystore.bucket(new.day)); return new; end $$;
          create trigger item_fence before insert or update on item for each row execute function item_fence()`),
      );
    }
  });

  const KEY = '2021-02-03';
  const INSERT = 'insert into item values ($1, $2)';

  it('meets the shard’s own record, reads the map again, and sends a statement once more', async () => {
    const stale = await open();
    const version = (await move('visits', 0, 's0', 's1')).shardMap.version;
    await stale.visits.forKey(KEY).write(INSERT, [KEY, 'statement']);
    expect(stale.visits.mapVersion).toBe(version);
    expect(await shardsWith('visits', 'statement')).toEqual(['s1']);
    await stale.close();
    await move('visits', 0, 's1', 's0');
  });

  it('does not make do with a map that was being read before the shard refused', async () => {
    const reads: (() => void)[] = [];
    let isHeld = false;
    const stale = await open({
      openPlacement: (store) => {
        const source = placements()(store);
        const read = async (): Promise<Placement> => {
          const found = await source.read();
          if (isHeld) await new Promise<void>((resolve) => reads.push(resolve));
          return found;
        };
        return { read, seed: source.seed.bind(source), replace: source.replace.bind(source) };
      },
    });
    isHeld = true;
    const early = stale.visits.refreshPlacement();
    await eventually('the map is being read', () => reads.length === 1);
    await move('visits', 0, 's0', 's1');
    let refused = 0;
    const written = stale.visits.forKey(KEY).transaction((client) =>
      client.query(INSERT, [KEY, 'read before']).catch((error: unknown) => {
        refused++;
        throw error;
      }),
    );
    await eventually('the shard has refused it, and it is rolled back', async () => {
      const { rows } = await local.on('visits/s0', (client) =>
        client.query(
          `select from pg_stat_activity where state like 'idle in transaction%' or state = 'active' and pid <> pg_backend_pid()`,
        ),
      );
      return refused === 1 && rows.length === 0;
    });
    isHeld = false;
    reads[0]?.();
    await Promise.all([early, written]);
    expect(await shardsWith('visits', 'read before')).toEqual(['s1']);
    await stale.close();
    await move('visits', 0, 's1', 's0');
  });

  it('runs a transaction once more, whole, where the key is now', async () => {
    const stale = await open();
    await move('visits', 0, 's0', 's1');
    const ranOn: string[] = [];
    await stale.visits.forKey(KEY).transaction(async (client, scope) => {
      ranOn.push(scope.shard);
      await client.query(INSERT, [KEY, 'transaction']);
    });
    expect(ranOn).toEqual(['s0', 's1']);
    expect(await shardsWith('visits', 'transaction')).toEqual(['s1']);
    await stale.close();
    await move('visits', 0, 's1', 's0');
  });

  it('sends nothing once more that may be several statements, and says where the key is', async () => {
    const stale = await open();
    await move('visits', 0, 's0', 's1');
    const write = stale.visits.forKey(KEY).write(`insert into item values ('${KEY}', 'text')`);
    await expect(write).rejects.toMatchObject({
      code: 'BUCKET_NOT_OWNED',
      retryable: false,
      details: { store: 'visits', shard: 's0', bucket: 0 },
      message: expect.stringContaining('which is on "s1" now'),
    });
    expect(await shardsWith('visits', 'text')).toEqual([]);
    // The map was read all the same: the next goes to the right place.
    await stale.visits.forKey(KEY).write(`insert into item values ('${KEY}', 'text')`);
    expect(await shardsWith('visits', 'text')).toEqual(['s1']);
    await stale.close();
    await move('visits', 0, 's1', 's0');
  });

  it('fails, to be retried, while the bucket is on its way', async () => {
    const stale = await open();
    await own('visits', 's0', 'delete from polystore.owned_bucket where bucket = $1', 0);
    await expect(stale.visits.forKey(KEY).write(INSERT, [KEY, 'on its way'])).rejects.toMatchObject({
      code: 'BUCKET_NOT_OWNED',
      retryable: true,
      details: { store: 'visits', shard: 's0', bucket: 0, mapVersion: stale.visits.mapVersion },
      cause: { code: 'PS001' },
    });
    // Given away by the map too, to a shard that does not have it yet.
    await changePlacement(placements()('visits'), (placement) => ({
      ...placement,
      shardMap: applyMoves(placement.shardMap, [{ bucket: 0, from: 's0', to: 's1' }]),
    }));
    await expect(stale.visits.forKey(KEY).write(INSERT, [KEY, 'on its way'])).rejects.toMatchObject({
      code: 'BUCKET_NOT_OWNED',
      retryable: true,
      details: { shard: 's1' },
    });
    expect(await shardsWith('visits', 'on its way')).toEqual([]);
    await stale.close();
    await own('visits', 's0', 'insert into polystore.owned_bucket (bucket) values ($1)', 0);
    await changePlacement(placements()('visits'), (placement) => ({
      ...placement,
      shardMap: applyMoves(placement.shardMap, [{ bucket: 0, from: 's1', to: 's0' }]),
    }));
  });

  it('never goes back to an older map for it', async () => {
    const current = await placements()('visits').read();
    let served = current;
    const behind = await open({
      openPlacement: (store, location) => ({
        ...placements()(store),
        ...(location && { read: () => (store === 'visits' ? Promise.resolve(served) : placements()(store).read()) }),
      }),
    });
    served = { ...current, shardMap: { ...current.shardMap, version: current.shardMap.version - 1 } };
    await own('visits', 's0', 'delete from polystore.owned_bucket where bucket = $1', 0);
    await expect(behind.visits.forKey(KEY).write(INSERT, [KEY, 'behind'])).rejects.toMatchObject({
      code: 'BUCKET_NOT_OWNED',
      cause: { code: 'SHARD_MAP_STALE' },
    });
    await own('visits', 's0', 'insert into polystore.owned_bucket (bucket) values ($1)', 0);
    await behind.close();
  });

  it('finds a key again that was assigned anew', async () => {
    const fence = (shard: string, keys: string) =>
      local.on(`tenants/${shard}`, (client) =>
        client.query(`
          create or replace function item_fence() returns trigger language plpgsql as
            $$ begin if new.tenant <> all ('${keys}') then perform polystore.require_bucket(-1); end if; return new; end $$;
          create or replace trigger item_fence before insert on item for each row execute function item_fence()`),
      );
    const first = await router.tenants.assign('moved', { shard: 's0' });
    const stale = await open();
    await expect(stale.tenants.shardOf('moved')).resolves.toBe('s0');
    await fence('s0', '{}');
    await router.tenants.assign('moved', { shard: 's1' }, first);
    await stale.tenants.forKey('moved').write('insert into item values ($1, $2)', ['moved', 'moved']);
    expect(await shardsWith('tenants', 'moved')).toEqual(['s1']);
    await expect(stale.tenants.shardOf('moved')).resolves.toBe('s1');
    await stale.close();
  });
});

/** A directory that says when it is asked for a key. */
const counted = (inner: KeyDirectory, onFind: () => void): KeyDirectory => ({
  find: (key) => {
    onFind();
    return inner.find(key);
  },
  assign: (key, bucket, from) => inner.assign(key, bucket, from),
  remove: (key, from) => inner.remove(key, from),
  countByBucket: () => inner.countByBucket(),
});
