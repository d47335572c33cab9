import { getEventListeners, getMaxListeners } from 'node:events';
import fc from 'fast-check';
import { defineTier, hash, postgres, shardedPostgres } from '../../lib/definition';
import {
  asc,
  avg,
  count,
  desc,
  max,
  min,
  openRouter,
  sum,
  type OrderColumn,
  type Router,
  type RouterOptions,
} from '../../lib/routing';
import { hash as hashStrategy, seedShardMap } from '../../lib/placement';
import { askShards } from '../../lib/routing/scatter/ask-shards';
import { averageOf, decimalText, parseDecimal } from '../../lib/routing/scatter/decimal';
import type { QueryResult } from '../../lib/postgres';
import { firstRowsSql, mergedRows } from '../../lib/routing/scatter/page';
import { microsecondsOf } from '../../lib/routing/scatter/moment';
import { FileTopology } from '../../lib/sources';
import type { ShardedPostgresTopology, Topology } from '../../lib/topology';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { TcpProxy } from '../support/tcp-proxy';

const tier = defineTier({
  name: 'scatter',
  stages: { dev: { profile: 'disposable' } },
  stores: {
    /** The single database with all rows, against which every merge is held. */
    oracle: postgres(),
    posts: shardedPostgres({ shardKey: 'user_id', strategy: hash(), shards: 3 }),
  },
});

const SHARDS = ['s0', 's1', 's2'] as const;

let test: TestTier;
let router: Router<typeof tier>;

async function open(
  options: Partial<RouterOptions> = {},
  change: (posts: ShardedPostgresTopology) => Partial<ShardedPostgresTopology> = () => ({}),
): Promise<Router<typeof tier>> {
  const topology: Topology = await new FileTopology(test.topologyFile).read();
  const posts = topology.stores['posts'] as ShardedPostgresTopology;
  const changed = { ...topology, stores: { ...topology.stores, posts: { ...posts, ...change(posts) } } };
  return openRouter<typeof tier>({
    topology: { read: () => Promise.resolve(changed) },
    secrets: test.secrets,
    login: { kind: 'owner' },
    ...options,
  });
}

const TABLE = `
  create table fact (
    id integer, whole integer, huge bigint, exact numeric, rough double precision, yes boolean, day date, moment timestamptz, local timestamp,
    name text, label varchar(40), tag uuid, kept jsonb)`;

beforeAll(async () => {
  test = await startTestTier(tier);
  router = await open();
  await Promise.all([...SHARDS.map((name) => router.posts.shard(name)), router.oracle].map((db) => db.write(TABLE)));
});

afterAll(async () => {
  await router?.close();
  await test?.stop();
});

interface Fact {
  readonly id: number;
  readonly whole: number | null;
  readonly huge: string | null;
  readonly exact: string | null;
  readonly rough: number | null;
  readonly yes: boolean | null;
  readonly day: string | null;
  readonly moment: string | null;
  readonly local: string | null;
  readonly name: string | null;
  readonly label: string | null;
  readonly tag: string | null;
}

const never = (): Promise<never> => Promise.reject(new Error('a router changes no placement'));

/** Few different values, so that there are ties, and the strange ones of each type. */
const values = {
  whole: [-1, 0, 7, 2_147_483_647],
  huge: ['-9223372036854775808', '9007199254740993', '9007199254740992', '9223372036854775807'],
  exact: ['NaN', '-1.50', '-1.5', '0.00001', '99999999999999999999.123456789012345678', '3', 'Infinity', '-Infinity'],
  rough: ['NaN', '-0', '0', '1e300', '0.1', '-Infinity', '5e-324'] as unknown as number[],
  yes: [true, false],
  day: ['0044-03-15 BC', '2026-02-28', 'infinity', '-infinity', '12026-01-01', '1600-02-29'],
  moment: [
    '2026-01-01T00:00:00.000001Z',
    '2026-01-01T00:00:00.000002Z',
    '2026-01-01T01:00:00+01:00',
    '0001-12-31T23:59:59Z BC',
    'infinity',
    '1890-06-01T12:00:00Z',
  ],
  local: ['2026-01-01T00:00:00.5', '2026-01-01T00:00:00', '-infinity', '0002-01-01T00:00:00 BC'],
  name: ['', 'Ä', 'a', 'Z', 'ﬃ', '😀', '漢字', 'a b', 'A', '\u00e9', 'e\u0301', '￿'],
  label: ['b', 'B', 'ß', '🂡', ' '],
  tag: [
    '00000000-0000-4000-8000-000000000000',
    'ffffffff-0000-4000-8000-00000000000A',
    '0f000000-0000-4000-8000-000000000000',
  ],
};

const column = <T>(known: readonly T[]): fc.Arbitrary<T | null> => fc.constantFrom<(T | null)[]>(null, ...known);
const facts: fc.Arbitrary<{ fact: Fact; shard: number }[]> = fc
  .array(
    fc.record({
      fact: fc.record(
        Object.fromEntries(Object.entries(values).map(([name, known]) => [name, column<unknown>(known)])),
      ),
      shard: fc.nat(2),
    }),
    { maxLength: 24 },
  )
  .map((rows) => rows.map(({ fact, shard }, id) => ({ fact: { id, ...fact } as unknown as Fact, shard })));

const INSERT = `insert into fact select * from json_populate_recordset(null::fact, $1)`;

async function store(rows: readonly { fact: Fact; shard: number }[]): Promise<void> {
  const put = (db: { write(text: string, values?: unknown[]): Promise<unknown> }, its: typeof rows): Promise<unknown> =>
    db
      .write('with gone as (delete from fact) select')
      .then(() => db.write(INSERT, [JSON.stringify(its.map(({ fact }) => fact))]));
  await Promise.all([
    put(router.oracle, rows),
    ...SHARDS.map((name, index) =>
      put(
        router.posts.shard(name),
        rows.filter(({ shard }) => shard === index),
      ),
    ),
  ]);
}

const TEXTS = new Set(['name', 'label']);
const orders: fc.Arbitrary<OrderColumn<keyof Fact>[]> = fc
  .uniqueArray(fc.constantFrom(...(Object.keys(values) as (keyof Fact)[])), { minLength: 1, maxLength: 3 })
  .chain((columns) =>
    fc.tuple(
      ...columns.map((name) =>
        fc
          .tuple(fc.constantFrom(asc, desc), fc.constantFrom('first', 'last', undefined))
          .map(([direction, nulls]) =>
            direction(name, { ...(nulls && { nulls }), ...(TEXTS.has(name) && { collate: 'C' as const }) }),
          ),
      ),
    ),
  );

const inSql = (order: readonly OrderColumn[]): string =>
  order
    .map(
      ({ column: name, direction, nulls, collate }) =>
        `${name} ${collate ? 'collate "C"' : ''} ${direction} nulls ${nulls}`,
    )
    .join(', ');

const all = () => router.posts.scatter<Fact>('select * from fact');

describe('rows in one order', () => {
  it.each(Object.entries(values) as [keyof Fact, readonly unknown[]][])(
    'by %s are those of a single database',
    async (by, known) => {
      const every = [...known, null, ...known];
      await dealt(every.length, (id) => ({ [by]: every[id - 1] }));
      const collate = TEXTS.has(by) && { collate: 'C' as const };
      for (const direction of [asc, desc]) {
        for (const nulls of ['first', 'last'] as const) {
          const order = [direction(by, { nulls, ...collate }), asc('id')] as const;
          const { rows } = await router.oracle.write(`select id from fact order by ${inSql(order)}`);
          const expected = rows.map(({ id }) => id as number);
          expect((await all().merge(order, 100)).rows.map(({ id }) => id)).toEqual(expected);
          expect((await collectPages(all(), order, 4)).ids).toEqual(expected);
        }
      }
    },
  );

  it('are those of a single database: nulls, ties, limits, every type, text of many scripts', async () => {
    await fc.assert(
      fc.asyncProperty(facts, orders, fc.integer({ min: 1, max: 12 }), async (rows, order, limit) => {
        await store(rows);
        const total = [...order, asc('id' as const)] as [OrderColumn<keyof Fact>];
        const expected = await router.oracle.write(`select * from fact order by ${inSql(total)} limit ${limit}`);
        expect(await all().merge(total, limit)).toEqual({ rows: expected.rows, missing: [] });
        // Without a column that tells rows apart, equal ones come by name of shard; the values they are ordered by are the same.
        const merged = await all().merge(order as [OrderColumn<keyof Fact>], limit);
        const sorted = await router.oracle.write(`select * from fact order by ${inSql(order)} limit ${limit}`);
        // 1.5 is equal to 1.50, and 0 to -0: either may come first.
        const loose = (by: string, value: unknown) =>
          (by === 'exact' || by === 'rough') && value !== null ? Number(value) + 0 : value;
        const ordered = (its: readonly object[]) =>
          its.map((row) => order.map((by) => loose(by.column, (row as Record<string, unknown>)[by.column])));
        expect(ordered(merged.rows)).toEqual(ordered(sorted.rows));
      }),
      { numRuns: 40 },
    );
  });

  it('come in pages that hold every row exactly once, in the order of the whole', async () => {
    await fc.assert(
      fc.asyncProperty(facts, orders, fc.integer({ min: 1, max: 9 }), async (rows, order, size) => {
        await store(rows);
        const total = [...order, asc('id' as const)] as [OrderColumn<keyof Fact>];
        const expected = await router.oracle.write(`select id from fact order by ${inSql(total)}`);
        const ids: number[] = [];
        let next: string | undefined;
        let pages = 0;
        do {
          const page = await all().page(total, size, next);
          ids.push(...page.rows.map(({ id }) => id));
          if (page.next !== undefined) expect(page.rows).toHaveLength(size);
          next = page.next;
          pages++;
          expect(pages).toBeLessThan(50);
        } while (next !== undefined);
        expect(ids).toEqual(expected.rows.map(({ id }) => id as number));
        expect(pages).toBe(Math.max(1, Math.ceil(rows.length / size)));
      }),
      { numRuns: 30 },
    );
  });
});

describe('aggregates', () => {
  it('are those of a single database, sums exact and averages to the last digit', async () => {
    await fc.assert(
      fc.asyncProperty(facts, async (rows) => {
        await store(rows);
        const { rows: expected } = await router.oracle.write(`
          select count(*)::integer as rows, count(name)::integer as names, sum(whole)::text as whole, sum(huge)::text as huge, sum(exact)::text as exact,
                 avg(whole)::text as mean, avg(huge)::text as big, avg(exact)::text as ratio, min(exact) as least, max(rough) as most,
                 min(moment) as first, max(day) as last, min(name collate "C") as name, max(label collate "C") as label from fact`);
        const { values: found } = await all().aggregate({
          rows: count(),
          names: count('name'),
          whole: sum('whole'),
          huge: sum('huge'),
          exact: sum('exact'),
          mean: avg('whole'),
          big: avg('huge'),
          ratio: avg('exact'),
          least: min('exact'),
          most: max('rough'),
          first: min('moment'),
          last: max('day'),
          name: min('name', { collate: 'C' }),
          label: max('label', { collate: 'C' }),
        });
        // Of 1.5 and 1.50, which are equal, either may be the least; of 0 and -0 either the most.
        const loose = (row: Record<string, unknown>) => ({
          ...row,
          least: Number(row['least']),
          most: Number(row['most']) + 0,
        });
        expect(loose(found)).toEqual(loose(expected[0] ?? {}));
      }),
      { numRuns: 40 },
    );
  });

  it('divide as PostgreSQL does', async () => {
    const digits = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    const cases = fc
      .sample(fc.tuple(digits, fc.nat(34), fc.bigInt({ min: 1n, max: 10n ** 12n })), 500)
      .map(([unscaled, scale, by]) => ({
        sum: decimalText({ kind: 'finite', unscaled, scale }),
        by: String(by),
      }));
    const { rows } = await router.oracle.write<{ mean: string }>(
      `select (sum::numeric / by::numeric)::text as mean from json_to_recordset($1) as given (sum text, by text)`,
      [JSON.stringify(cases)],
    );
    const ours = cases.map(({ sum: total, by }) => {
      const decimal = parseDecimal(total);
      return decimal && decimalText(averageOf(decimal, BigInt(by)));
    });
    expect(ours).toEqual(rows.map(({ mean }) => mean));
  });
});

/** Rows 1 to `count`, dealt to the shards in turn. */
const dealt = (count: number, part: (id: number) => Partial<Fact>) =>
  store(
    Array.from({ length: count }, (_, index) => ({
      fact: { id: index + 1, ...part(index + 1) } as Fact,
      shard: index % 3,
    })),
  );

const collectPages = async (
  scatter: ReturnType<typeof all>,
  order: readonly [OrderColumn<keyof Fact>, ...OrderColumn<keyof Fact>[]],
  size: number,
  between: (page: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<{ ids: number[]; missing: string[][] }> => {
  const ids: number[] = [];
  const missing: string[][] = [];
  let next: string | undefined;
  do {
    await between(missing.length);
    const page = await scatter.page(order, size, next);
    ids.push(...page.rows.map(({ id }) => id));
    missing.push(page.missing.map(({ shard }) => shard));
    next = page.next;
    expect(missing.length).toBeLessThan(50);
  } while (next !== undefined);
  return { ids, missing };
};

describe('pages', () => {
  it('show what is inserted behind them and never what is inserted before, and nothing twice', async () => {
    await dealt(9, (id) => ({ whole: id * 10 }));
    const insert = (page: number) =>
      page === 1
        ? Promise.all([
            router.posts.shard('s0').write('insert into fact (id, whole) values (100, 5), (101, 65)'),
            router.posts.shard('s2').write('insert into fact (id, whole) values (102, 31), (103, 1000)'),
          ])
        : Promise.resolve();
    const { ids } = await collectPages(all(), [asc('whole'), asc('id')], 3, insert);
    expect(ids).toEqual([1, 2, 3, 102, 4, 5, 6, 101, 7, 8, 9, 103]);
  });

  it('hold a row once that moves to another shard behind them', async () => {
    await dealt(9, (id) => ({ whole: id }));
    const move = async (page: number) => {
      if (page !== 1) return;
      for (const [from, to] of [
        ['s0', 's1'],
        ['s1', 's2'],
      ] as const) {
        const { rows } = await router.posts
          .shard(from)
          .write('delete from fact where id in (1, 7, 2, 8) returning id, whole');
        for (const { id, whole } of rows)
          await router.posts.shard(to).write('insert into fact (id, whole) values ($1, $2)', [id, whole]);
      }
    };
    const { ids } = await collectPages(all(), [asc('whole')], 3, move);
    expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('keep rows apart that are equal on different shards, wherever a page ends', async () => {
    await dealt(9, (id) => ({ whole: Math.ceil(id / 3) }));
    for (const size of [1, 2, 4, 5]) {
      expect((await collectPages(all(), [desc('whole')], size)).ids).toEqual([7, 8, 9, 4, 5, 6, 1, 2, 3]);
    }
  });

  it('refuse an order in which two rows of a shard are equal, since a page could end between them', async () => {
    await dealt(9, (id) => ({ whole: id > 3 ? 5 : id }));
    await expect(all().page([asc('whole')], 3)).rejects.toMatchObject({
      code: 'NOT_COMBINABLE',
      message: 'store "posts": two rows of shard "s0" are equal in whole, so a page could end between them',
      next: 'Order by the primary key too, as the last column.',
    });
  });

  it.each([
    [
      [desc('at'), asc('id')],
      [1184, 20],
      ['2026-01-02T00:00:00+00:00', '7'],
    ],
    [
      [asc('name', { collate: 'C' }), asc('id')],
      [25, 20],
      ['n5', '5'],
    ],
  ] as const)('begin at their place in an index: %j', async (order, types, texts) => {
    await router.oracle.write(`
      create table if not exists indexed (id bigint not null, at timestamptz not null, name text not null);
      create index if not exists indexed_at on indexed (at desc, id);
      create index if not exists indexed_name on indexed (name collate "C", id)`);
    const after = { position: { shard: 's0', texts }, types, shard: 's1' };
    const statement = firstRowsSql({ text: 'select * from indexed where id > $1', values: [0] }, order, 21, after);
    const { rows } = await router.oracle.transaction(async (client) => {
      await client.query(
        'set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off',
      );
      return client.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${statement.text}`, [...statement.values]);
    });
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(new RegExp(`Index Cond: \\(+${order[0].column}\\)?(::text)? (<=|>=)`));
  });

  it('refuse a cursor that is none, and one of another statement or order', async () => {
    await dealt(9, (id) => ({ whole: id }));
    const order = [asc('whole')] as [OrderColumn<'whole'>];
    const { next = '' } = await all().page(order, 3);
    const forged = (change: (document: { at: { texts: unknown[] } }) => unknown) => {
      const document = JSON.parse(Buffer.from(next, 'base64url').toString()) as { at: { texts: unknown[] } };
      change(document);
      return Buffer.from(JSON.stringify(document)).toString('base64url');
    };
    const invalid = (message: string) => ({ code: 'CURSOR_INVALID', details: { store: 'posts' }, message });
    const none = invalid('store "posts": the cursor is none of this version');
    for (const cursor of ['', 'nonsense', next.slice(0, -6), forged((it) => Object.assign(it, { v: 2 }))]) {
      await expect(all().page(order, 3, cursor)).rejects.toMatchObject(none);
    }
    const other = invalid('store "posts": the cursor is one of another statement or order');
    await expect(all().page([desc('whole')], 3, next)).rejects.toMatchObject(other);
    await expect(
      router.posts.scatter('select * from fact where id > 0').page([asc('whole')], 3, next),
    ).rejects.toMatchObject(other);
    const elsewhere = invalid('store "posts": the cursor names a place that is not in its order');
    for (const texts of [['1; drop table fact'], [], ['1', '2']]) {
      const cursor = forged((it) => Object.assign(it.at, { texts }));
      await expect(all().page(order, 3, cursor)).rejects.toMatchObject(elsewhere);
    }
  });
});

it('reads moments as PostgreSQL writes them, over its whole range', async () => {
  const days = fc.sample(fc.integer({ min: -2_440_000, max: 106_000_000 }), 300);
  const moments = [...days, -719_528, -719_529, -719_162, -719_163, 0, 11_016].map((day, index) => ({
    day,
    us: (index * 86_399_999_999) % 86_400_000_000,
  }));
  const { rows } = await router.oracle.write<{ moment: string }>(
    `select to_jsonb(timestamp '1970-01-01' + day * interval '1 day' + us * interval '1 microsecond') #>> '{}' as moment
       from json_to_recordset($1) as given (day integer, us bigint)`,
    [JSON.stringify(moments)],
  );
  expect(rows.map(({ moment }) => BigInt(microsecondsOf(moment) ?? -1))).toEqual(
    moments.map(({ day, us }) => BigInt(day) * 86_400_000_000n + BigInt(us)),
  );
  expect(microsecondsOf('1890-06-01T12:00:00+00:19:32')).toBe(microsecondsOf('1890-06-01T11:40:28+00:00'));
  expect(microsecondsOf('today')).toBeUndefined();
});

describe('a statement over all shards', () => {
  it('gives all rows, shard by shard, with its parameters', async () => {
    await dealt(6, (id) => ({ whole: id }));
    const { rows, missing } = await router.posts
      .scatter<{ id: number }>('select id from fact where whole > $1 order by id desc -- of each shard', [2])
      .concat();
    expect(rows.map(({ id }) => id)).toEqual([4, 5, 6, 3]);
    expect(missing).toEqual([]);
    const after = await router.posts
      .scatter<{ id: number }>('select id from fact where whole > $1', [1])
      .page([desc('id')], 2);
    const last = await router.posts
      .scatter<{ id: number }>('select id from fact where whole > $1', [1])
      .page([desc('id')], 9, after.next);
    expect([after.rows, last.rows].map((its) => its.map(({ id }) => id))).toEqual([
      [6, 5],
      [4, 3, 2],
    ]);
  });

  it('asks shards that own buckets, and no others', async () => {
    await dealt(6, (id) => ({ whole: id }));
    const placement = {
      version: 1 as const,
      store: 'posts',
      keyType: 'bigint' as const,
      strategy: hashStrategy(),
      shardMap: { ...seedShardMap(['s0', 's2'].map((name) => ({ name, weight: 1 }))), version: 9 },
    };
    const own = await open({
      openPlacement: () => ({ read: () => Promise.resolve(placement), seed: never, replace: never }),
    });
    expect((await own.posts.scatter('select * from fact').aggregate({ rows: count() })).values).toEqual({ rows: 4 });
    const { posts } = own;
    await own.close();
    expect(() => posts.scatter('select 1')).toThrow(expect.objectContaining({ code: 'HANDLE_CLOSED' }));
  });

  it('lets as many shards listen to one signal as there are', async () => {
    let signal: AbortSignal | undefined;
    const read = (text: string, parameters: readonly unknown[], ended: AbortSignal) => {
      signal = ended;
      return router.posts.shard('s0').read(text, parameters, ended);
    };
    await askShards('posts', [{ shard: 's0', read }], () => ({ text: 'select 1', values: [] }), {}, undefined);
    expect(getMaxListeners(signal as AbortSignal)).toBe(Infinity);
    expect(getEventListeners(signal as AbortSignal, 'abort')).toEqual([]);
  });

  it('asks no more shards at once than it may', async () => {
    const spans = `select clock_timestamp() as began, pg_sleep(0.05)::text, clock_timestamp() as ended`;
    const { rows } = await router.posts.scatter<{ began: Date; ended: Date }>(spans, [], { concurrency: 1 }).concat();
    const sorted = [...rows].sort((a, b) => a.began.getTime() - b.began.getTime());
    sorted
      .slice(1)
      .forEach(({ began }, index) =>
        expect(began.getTime()).toBeGreaterThanOrEqual(sorted[index]?.ended.getTime() ?? 0),
      );
  });

  it.each([
    ['a write', `delete from fact`, '42601'],
    ['a write in disguise', `with gone as (delete from fact returning id) select * from gone`, '0A000'],
    ['two statements', 'select 1; select 2', '42601'],
    ['an unknown column', 'select nothing from fact', '42703'],
  ])('refuses %s', async (_name, text, code) => {
    await expect(router.posts.scatter(text).concat()).rejects.toMatchObject({
      code: 'SCATTER_FAILED',
      retryable: false,
      cause: { code },
    });
  });

  it.each<[string, () => unknown]>([
    ['limit', () => all().merge([asc('id')], 0)],
    ['limit', () => all().merge([asc('id')], 10_001)],
    ['size', () => all().page([asc('id')], 1.5)],
    ['concurrency', () => router.posts.scatter('select 1', [], { concurrency: 0 }).concat()],
    ['deadlineMs', () => router.posts.scatter('select 1', [], { deadlineMs: NaN }).concat()],
    ['an order', () => all().merge([] as never, 1)],
    ['an order', () => all().merge([asc('id'), desc('id')], 1)],
    ['aggregate', () => all().aggregate({})],
  ])('refuses %s out of its range', async (name, ask) => {
    await expect(ask()).rejects.toThrow(RangeError);
    await expect(ask()).rejects.toThrow(name);
  });
});

describe('what cannot be combined', () => {
  beforeAll(() => dealt(6, (id) => ({ whole: id, rough: id / 10, name: 'x' })));

  const byText = 'text has the order of its collation, which the router can only follow for "C"';
  it.each<[string, () => unknown, object]>([
    [
      'text without a collation',
      () => all().merge([asc('name')], 5),
      { message: `store "posts": column "name": ${byText}`, next: `Say { collate: 'C' } with it.` },
    ],
    [
      'the least text without a collation',
      () => all().aggregate({ it: min('label') }),
      { details: { store: 'posts', column: 'label' } },
    ],
    [
      'an unknown order',
      () => router.posts.scatter('select id, kept from fact').merge([asc('kept')], 5),
      { details: { store: 'posts', column: 'kept' } },
    ],
    [
      'an interval',
      () => router.posts.scatter(`select interval '1 day' as it`).merge([asc('it')], 5),
      { details: { store: 'posts', column: 'it' } },
    ],
    [
      'a sum of rough numbers',
      () => all().aggregate({ it: sum('rough') }),
      { details: { store: 'posts', column: 'rough' } },
    ],
    [
      'an average of rough numbers',
      () => all().aggregate({ it: avg('rough') }),
      { details: { store: 'posts', column: 'rough' } },
    ],
    [
      'the greatest array',
      () => router.posts.scatter('select array[id] as it from fact').aggregate({ it: max('it') }),
      { details: { store: 'posts', column: 'it' } },
    ],
  ])('is refused: %s', async (_name, ask, expected) => {
    await expect(ask()).rejects.toMatchObject({ code: 'NOT_COMBINABLE', retryable: false, ...expected });
  });

  it.each<[string, () => unknown, string]>([
    ['a column that is not there', () => all().merge([asc('nothing' as 'id')], 5), '42703'],
    ['a sum of text', () => all().aggregate({ it: sum('name') }), '42883'],
    ['a sum of times', () => all().aggregate({ it: sum('moment') }), '42883'],
    ['a collation of a number', () => all().merge([asc('id', { collate: 'C' })], 5), '42804'],
  ])('is refused by the servers: %s', async (_name, ask, code) => {
    await expect(ask()).rejects.toMatchObject({ code: 'SCATTER_FAILED', cause: { code } });
  });

  it('is refused: columns that differ', async () => {
    await Promise.all(
      SHARDS.map((name) =>
        router.posts.shard(name).write(`create table drift (id ${name === 's1' ? 'bigint' : 'integer'})`),
      ),
    );
    await expect(router.posts.scatter('select * from drift').concat()).rejects.toMatchObject({
      code: 'NOT_COMBINABLE',
      message: 'store "posts": shards "s0" and "s1" answered with different columns, by name:type id:23 and id:20',
    });
  });

  it('is refused: a column whose type changes between two pages', async () => {
    const onAll = (text: string) => Promise.all(SHARDS.map((name) => router.posts.shard(name).write(text)));
    await onAll('create table typed as select id from generate_series(1, 5) id');
    const ids = router.posts.scatter<{ id: number }>('select id from typed');
    const { next } = await ids.page([asc('id')], 2);
    await onAll('alter table typed alter id type bigint');
    await expect(ids.page([asc('id')], 2, next)).rejects.toMatchObject({
      code: 'NOT_COMBINABLE',
      next: 'Begin again without a cursor.',
    });
  });

  it.each([
    ['2', '1', 'sorts its rows by id otherwise than the router does'],
    ['1', 'two', "wrote a value that the router can't read"],
  ])('is refused: an answer in another order, or of other values (%s, %s)', (one, other, why) => {
    const rows = [one, other].map((text) => ({ id: text, 'polystore:0': text }));
    const result = { rows, fields: [{ name: 'id', dataTypeID: 23 }] } as unknown as QueryResult;
    expect(() => mergedRows('posts', [asc('id')], { answers: [{ shard: 's1', result }], missing: [] })).toThrow(why);
  });

  it('is refused: text of a database with another encoding', async () => {
    const { username } = await test.secrets.read(
      (test.topology.stores['posts'] as ShardedPostgresTopology).shards['s0']?.secrets.owner ?? '',
    );
    await Promise.all(
      SHARDS.map((name) =>
        test.on(`posts/${name}`, (client) =>
          client.query(`create database latin template template0 encoding 'LATIN1' locale 'C' owner "${username}"`),
        ),
      ),
    );
    const latin = await open({}, () => ({ database: 'latin' }));
    const text = latin.posts.scatter<{ it: string }>(`select 'é' as it`);
    await expect(text.merge([asc('it', { collate: 'C' })], 5)).rejects.toMatchObject({ code: 'NOT_COMBINABLE' });
    await expect(text.aggregate({ it: max('it', { collate: 'C' }) })).rejects.toMatchObject({ code: 'NOT_COMBINABLE' });
    expect((await text.concat()).rows).toHaveLength(3);
    await latin.close();
  });
});

describe('a shard that gives no answer', () => {
  const running = async (marker: string): Promise<string[]> => {
    const busy = await Promise.all(
      SHARDS.map(async (name) => {
        const { rows } = await test.on(`posts/${name}`, (client) =>
          client.query(
            `select from pg_stat_activity where state = 'active' and query like $1 and pid <> pg_backend_pid()`,
            [`%${marker}%`],
          ),
        );
        return rows.length > 0 ? [name] : [];
      }),
    );
    return busy.flat();
  };
  const outstanding = (its: Router<typeof tier>) => its.posts.shards().map((shard) => shard.servers()[0]?.outstanding);

  it('because it failed ends the others, and is named', async () => {
    const marker = 'one fails';
    const text = `select case when current_setting('cluster_name') = 'posts/s0' then 1 / (pg_advisory_xact_lock_shared(7)::text = 'x')::integer
                              else pg_sleep(60)::text::integer end as it /* ${marker} */`;
    const failing = await test.on('posts/s0', async (client) => {
      await client.query('select pg_advisory_lock(7)');
      const asked = router.posts.scatter(text).concat();
      const failed = expect(asked).rejects.toMatchObject({
        code: 'SCATTER_FAILED',
        message: 'store "posts": 1 of 3 shards gave no answer (s0: division by zero)',
        details: { store: 'posts', shards: { s0: 'division by zero' } },
        retryable: false,
        cause: { code: '22012' },
      });
      await eventually('all run', async () => (await running(marker)).length === 3);
      return { failed };
    });
    await failing.failed;
    await eventually('none runs', async () => (await running(marker)).length === 0);
    await eventually('none is waited for', () => outstanding(router).every((count) => count === 0));
  });

  it('because it refuses the statement fails the call, though a partial result is allowed', async () => {
    const text = `select case when current_setting('cluster_name') = 'posts/s0' then 1 / (pg_sleep(0.05)::text = 'x')::integer else 1 end as it`;
    await expect(router.posts.scatter(text, [], { partial: 'allowed' }).concat()).rejects.toMatchObject({
      code: 'SCATTER_FAILED',
      details: { shards: { s0: 'division by zero' } },
    });
  });

  it('within the deadline is cancelled, and named', async () => {
    const marker = 'too slow';
    const text = `select case when current_setting('cluster_name') <> 'posts/s0' then pg_sleep(60)::text end as it /* ${marker} */`;
    const silence = 'no answer within 250 ms';
    const began = performance.now();
    await expect(router.posts.scatter(text, [], { deadlineMs: 250 }).concat()).rejects.toMatchObject({
      code: 'SCATTER_FAILED',
      details: { shards: { s1: silence, s2: silence } },
      retryable: true,
    });
    expect(performance.now() - began).toBeLessThan(5_000);
    const partial = await router.posts.scatter(text, [], { deadlineMs: 250, partial: 'allowed' }).concat();
    expect(partial).toEqual({
      rows: [{ it: null }],
      missing: [
        { shard: 's1', reason: silence },
        { shard: 's2', reason: silence },
      ],
    });
    await eventually('none runs', async () => (await running(marker)).length === 0);
    await eventually('none is waited for', () => outstanding(router).every((count) => count === 0));
  });

  it('because its caller has gone is cancelled too', async () => {
    const marker = 'nobody waits';
    const abort = new AbortController();
    const asked = router.posts
      .scatter(`select pg_sleep(60)::text /* ${marker} */`, [], { partial: 'allowed' }, abort.signal)
      .concat();
    const failed = expect(asked).rejects.toMatchObject({
      code: 'CANCELLED',
      details: { store: 'posts' },
      cause: { name: 'AbortError' },
    });
    await eventually('all run', async () => (await running(marker)).length === 3);
    abort.abort();
    await failed;
    await eventually('none runs', async () => (await running(marker)).length === 0);
    await expect(router.posts.scatter('select 1', [], {}, abort.signal).concat()).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  it('because it is lost is left out where that is allowed, and catches up in later pages', async () => {
    await dealt(18, (id) => ({ whole: id }));
    const port = test.servers().find(({ label }) => label === 'posts/s1')?.port as number;
    const proxy = await TcpProxy.open(port);
    const own = await open({}, ({ shards }) => {
      const s1 = shards['s1'] as (typeof shards)[string];
      const primary = { ...s1.primary, endpoint: { ...s1.primary.endpoint, port: proxy.port } };
      return { shards: { ...shards, s1: { ...s1, primary } } };
    });
    const facts = own.posts.scatter<Fact>('select * from fact', [], { partial: 'allowed' });
    const { ids, missing } = await collectPages(facts, [asc('whole')], 3, (page) =>
      proxy.set(page === 1 || page === 2 ? 'refuse' : 'pass'),
    );
    expect(missing.slice(0, 4)).toEqual([[], ['s1'], ['s1'], []]);
    expect(ids).toEqual([1, 2, 3, 4, 6, 7, 9, 10, 12, 5, 8, 11, 13, 14, 15, 16, 17, 18]);

    await proxy.set('refuse');
    const counted = await facts.aggregate({ rows: count() });
    expect(counted).toMatchObject({
      values: { rows: 12 },
      missing: [{ shard: 's1', reason: expect.stringContaining('is unavailable') }],
    });
    await expect(own.posts.scatter('select * from fact').aggregate({ rows: count() })).rejects.toMatchObject({
      code: 'SCATTER_FAILED',
      details: { shards: { s1: expect.stringContaining('is unavailable') } },
      retryable: true,
    });

    // Allowed, the others are waited for; refused, they are ended.
    const marker = 'ended for another';
    const slow = own.posts.scatter(`select pg_sleep(60) /* ${marker} */`, [], { deadlineMs: 60_000 });
    await expect(slow.concat()).rejects.toMatchObject({
      details: { shards: { s1: expect.stringContaining('is unavailable') } },
    });
    await eventually('none runs', async () => (await running(marker)).length === 0);
    await own.close();
    await proxy.close();
  });
});
