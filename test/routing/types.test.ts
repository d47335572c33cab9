import type { Pool } from 'pg';
import type { ErrorDetails } from '../../lib/errors';
import type { PgPoolClient, TransactionReference } from '../../lib/postgres';
import { asc, avg, count, desc, max, min, sum } from '../../lib/routing';
import type {
  DirectoryPostgresHandle,
  Handles,
  HandleOf,
  KeyScope,
  Router,
  Scatter,
  StoreHandle,
} from '../../lib/routing';
import type saas from '../../examples/ranges-and-tenants.config';
import type blog from '../../tier.config';

/** Compiles only where both types are the same. */
const same = <A, B>(
  ..._proof: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : ['these types differ']
): void => undefined;

// The proof is that tsc accepts this file; at run time there is nothing to check but that it loads.
it('types each store by its kind', () => {
  same<Router<typeof blog>['main'], Handles['postgres']>();
  same<Router<typeof blog>['posts'], Handles['shardedPostgres']>();
  same<HandleOf<typeof blog, 'posts'>, Handles['shardedPostgres']>();
  // @ts-expect-error the example has no such store
  same<Router<typeof blog>['psots'], unknown>();
  // @ts-expect-error a store without shards knows no keys
  same<Router<typeof blog>['main']['forKey'], unknown>();
});

it('types what a lost COMMIT is asked for by as what is asked for it', () => {
  same<ErrorDetails['UNKNOWN_OUTCOME']['transaction'], TransactionReference>();
});

it('types a sharded store by its strategy', () => {
  same<Router<typeof saas>['visits'], Handles['shardedPostgres']>();
  same<Router<typeof saas>['tenants'], DirectoryPostgresHandle>();
  // @ts-expect-error where a key of a directory is, only the directory knows
  same<ReturnType<Router<typeof saas>['tenants']['forKey']>['shard'], string>();
  // @ts-expect-error keys of a range are assigned to nothing
  same<Router<typeof saas>['visits']['assign'], unknown>();
});

it('types the stores of an unknown tier by what all kinds have', () => {
  same<ReturnType<Router['store']>, StoreHandle>();
  // @ts-expect-error only a typed router has its stores as properties
  same<Router['main'], unknown>();
});

interface Post {
  readonly id: string;
  readonly likes: number | null;
  readonly title: string;
  readonly at: Date;
}

/** Never called: what stands in it must compile, or must not. */
const combine = async (posts: Scatter<Post>): Promise<unknown> => {
  const { values } = await posts.aggregate({
    n: count(),
    all: sum('likes'),
    mean: avg('likes'),
    first: min('at'),
    last: max('title'),
  });
  same<
    typeof values,
    {
      readonly n: number;
      readonly all: string | null;
      readonly mean: string | null;
      readonly first: Date | null;
      readonly last: string | null;
    }
  >();
  const page = await posts.page([desc('at'), asc('id')], 20);
  same<typeof page.rows, readonly Post[]>();
  same<typeof page.next, string | undefined>();
  // @ts-expect-error there is no such column
  await posts.merge([asc('nothing')], 20);
  // @ts-expect-error an order has a column
  await posts.merge([], 20);
  // @ts-expect-error times have no sum
  await posts.aggregate({ all: sum('at') });
  // @ts-expect-error only COLLATE "C" is the same everywhere
  await posts.merge([asc('title', { collate: 'de_DE' })], 20);
  // @ts-expect-error a merge says how many rows it is to hold
  await posts.merge([asc('id')]);
  return { values, page };
};

const transact = async (router: Router<typeof blog>): Promise<void> => {
  const work = async (_client: PgPoolClient, scope: KeyScope): Promise<string> => scope.shard;
  same<Awaited<ReturnType<typeof router.posts.scatter>>, Scatter>();
  // Rows of no known type have whatever columns are asked for.
  await router.posts.scatter('select 1 as one').aggregate({ all: sum('one'), least: min('one') });
  const shard: string = await router.posts.forKey(1).transaction(work, { isolation: 'serializable', retries: 3 });
  // @ts-expect-error a store without shards has no keys in its transactions
  await router.main.transaction(work);
  // @ts-expect-error there is no such level
  await router.main.transaction(() => Promise.resolve(shard), { isolation: 'snapshot' });
  // @ts-expect-error a store without shards has nothing to scatter over
  router.main.scatter('select 1');
};

it('types combinators by the rows of the statement, and transactions by their store', () => {
  expect([combine, transact]).toHaveLength(2);
});

it('gives pools that those take who expect one of pg', () => {
  same<ReturnType<Handles['postgres']['pool']>, Pool>();
  same<ReturnType<ReturnType<Handles['shardedPostgres']['forKey']>['readPool']>, Pool>();
});
