import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { publish } from '../../examples/router-quickstart';
import { handOver, newest } from '../../examples/router-many-shards';
import tier from '../../tier.config';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { routerOf } from './tier';

const root = join(__dirname, '../..');
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The rooms whose errors an application meets. */
const ROOMS = ['errors', 'topology', 'placement', 'sources', 'postgres', 'routing', 'testing'];

/** Thrown by what stands in these rooms for the kit alone, and is not exported. */
const OF_THE_KIT = ['ASSIGNMENT_REFUSED', 'FUNCTION_FAILED'];

test('the README tells of every code that the package throws', () => {
  const files = ROOMS.flatMap((room) =>
    readdirSync(join(root, 'lib', room), { recursive: true, encoding: 'utf8' }).map((file) => join('lib', room, file)),
  );
  const text = files
    .filter((file) => file.endsWith('.ts'))
    .map(textOf)
    .join('');
  const thrown = new Set([...text.matchAll(/PolystoreError\(\s*'(\w+)'/g)].map(([, code = '']) => code));
  const rows = [...textOf('packages/router/README.md').matchAll(/^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) /gm)];
  const told = new Set(rows.flatMap(([, codes = '']) => codes.match(/[A-Z_]+/g) ?? []));
  expect(thrown.size).toBeGreaterThan(25);
  expect([...thrown].filter((code) => !told.has(code))).toEqual(OF_THE_KIT.filter((code) => thrown.has(code)));
});

describe('the examples of the README', () => {
  let test: TestTier;
  beforeAll(async () => {
    test = await startTestTier(tier);
  });
  afterAll(() => test?.stop());

  it.each(['router-quickstart', 'router-many-shards'])('%s is the file that is compiled and run here', (name) => {
    const shown = [...textOf('packages/router/README.md').matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
    const file = textOf(`examples/${name}.ts`)
      .replace("'../packages/router'", "'polystore-router'")
      .replace("'../tier.config'", "'./tier.config'");
    expect(shown).toContain(file);
  });

  it('do what the comments of the first say', async () => {
    const owner = await routerOf(test);
    await owner.main.write('create table account (id bigint primary key, name text)');
    await owner.main.write("insert into account values (42, 'Ada')");
    await Promise.all(
      owner.posts.shards().map((shard) => shard.write('create table post (user_id bigint, title text)')),
    );

    // The example reads a replica, which may be a moment behind.
    for (const replica of ['main/r1', 'main/r2']) {
      await eventually(`${replica} has the account`, () =>
        test.on(replica, async (client) => (await client.query('select from account')).rowCount === 1),
      );
    }
    expect(await publish(dirname(test.topologyFile), 42, 'Hello')).toEqual([{ name: 'Ada' }, { title: 'Hello' }]);

    const found = await Promise.all(
      owner.posts
        .shards()
        .map(async (shard) => ({ shard: shard.shard, rows: (await shard.read('select * from post')).rows })),
    );
    expect(found.filter(({ rows }) => rows.length > 0)).toEqual([
      { shard: owner.posts.shardOf(42), rows: [{ user_id: '42', title: 'Hello' }] },
    ]);
    await owner.close();
  });

  it('hand over and list posts of many shards as the second says', async () => {
    const owner = await routerOf(test);
    await Promise.all(
      owner.posts
        .shards()
        .map((shard) =>
          shard.write('drop table if exists post; create table post (user_id bigint, title text, id bigint)'),
        ),
    );
    const authors = Array.from({ length: 40 }, (_, index) => 100 + index);
    for (const author of authors) {
      await owner.posts.forKey(author).write('insert into post values ($1, $2, $1)', [author, `by ${author}`]);
    }
    const near =
      authors.find((author) => author > 100 && owner.posts.shardOf(author) === owner.posts.shardOf(100)) ?? 0;
    const far = authors.find((author) => owner.posts.shardOf(author) !== owner.posts.shardOf(100)) ?? 0;
    await handOver(owner, 100, 100, near);
    await expect(handOver(owner, 100, near, far)).rejects.toMatchObject({ code: 'CROSS_SHARD' });
    const { rows } = await owner.posts
      .forKey(near)
      .write('select title from post where user_id = $1 order by id', [near]);
    expect(rows).toEqual([{ title: 'by 100' }, { title: `by ${near}` }]);

    const first = (await newest(owner)) as { titles: string[]; next: string };
    const second = (await newest(owner, first.next)) as { titles: string[] };
    expect(first).toMatchObject({ posts: 40, last: '139' });
    const expected = [...authors].reverse().map((id) => `by ${id}`);
    expect([...first.titles, ...second.titles]).toEqual(expected);
    await owner.close();
  });
});

it('is published at the version of the kit', () => {
  const version = (path: string): unknown => (JSON.parse(textOf(path)) as { version: unknown }).version;
  expect(version('packages/router/package.json')).toBe(version('package.json'));
});

it('depends on the same versions as the kit', () => {
  const manifest = JSON.parse(textOf('packages/router/package.json')) as { dependencies: Record<string, string> };
  const kit = JSON.parse(textOf('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
  for (const [name, version] of Object.entries(manifest.dependencies)) {
    expect([name, version]).toEqual([name, { ...kit.devDependencies, ...kit.dependencies }[name]]);
  }
});
