import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { publish } from '../../examples/router-quickstart';
import tier from '../../tier.config';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { routerOf } from './tier';

const root = join(__dirname, '../..');
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the first example of the README', () => {
  let test: TestTier;
  beforeAll(async () => {
    test = await startTestTier(tier);
  });
  afterAll(() => test?.stop());

  it('is the file that is compiled and run here', () => {
    const [, shown] = /```ts\n(.*?)```/s.exec(textOf('packages/router/README.md')) ?? [];
    const file = textOf('examples/router-quickstart.ts')
      .replace("'../packages/router'", "'polystore-router'")
      .replace("'../tier.config'", "'./tier.config'");
    expect(shown).toBe(file);
  });

  it('does what its comments say', async () => {
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
    expect(await publish(dirname(test.topologyFile), 42, 'Hello')).toEqual([{ name: 'Ada' }]);

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
