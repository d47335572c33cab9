import { defineTier, hash, postgres, shardedPostgres } from '../../lib/definition';
import { faultsOf } from './minimal-tier';

/*
 * The type checker refuses each of these where its `@ts-expect-error` stands, and refuses this file where it does not.
 * A tier that is not type-checked meets the same refusals when it is read: that is what the assertions are about.
 */

const stages = { dev: { profile: 'disposable' } } as const;
const stores = { main: postgres(), posts: shardedPostgres({ shardKey: 'user_id', strategy: hash(), shards: 2 }) };

const pathsOf = (input: unknown) => faultsOf(input).map(({ path }) => path);

describe('defineTier', () => {
  test('refuses a service that uses a store that does not exist', () => {
    const tier = defineTier({
      name: 'shop',
      stages,
      stores,
      services: {
        // @ts-expect-error there is no store `mian`
        web: { uses: { mian: 'read' } },
      },
    });
    expect(pathsOf(tier)).toEqual(['services.web.uses.mian']);
  });

  test('refuses an access that does not exist', () => {
    const tier = defineTier({
      name: 'shop',
      stages,
      stores,
      services: {
        // @ts-expect-error access is `read` or `write`
        web: { uses: { main: 'admin' } },
      },
    });
    expect(pathsOf(tier)).toEqual(['services.web.uses.main']);
  });

  test('refuses overrides for a store that does not exist', () => {
    const tier = defineTier({
      name: 'shop',
      stages: {
        dev: {
          profile: 'disposable',
          stores: {
            // @ts-expect-error there is no store `mian`
            mian: { class: 'r8g.large' },
          },
        },
      },
      stores,
    });
    expect(pathsOf(tier)).toEqual(['stages.dev.stores.mian']);
  });

  test('refuses overrides that belong to another kind', () => {
    const tier = defineTier({
      name: 'shop',
      stages: {
        dev: {
          profile: 'disposable',
          stores: {
            // @ts-expect-error a store of kind `postgres` has no shards
            main: { shards: 2 },
            // @ts-expect-error a sharded store has no storage of its own
            posts: { storage: { sizeGiB: 20 } },
          },
        },
      },
      stores,
    });
    expect(pathsOf(tier)).toEqual(['stages.dev.stores.main.shards', 'stages.dev.stores.posts.storage']);
  });

  test('refuses overrides of what a store is', () => {
    const tier = defineTier({
      name: 'shop',
      stages: {
        dev: {
          profile: 'disposable',
          stores: {
            // @ts-expect-error the version is the same in every stage
            main: { version: '16' },
            // @ts-expect-error where a key lives is the same in every stage
            posts: { shardKey: 'id' },
          },
        },
      },
      stores,
    });
    expect(pathsOf(tier)).toEqual(['stages.dev.stores.main.version', 'stages.dev.stores.posts.shardKey']);
  });

  test('refuses options, classes and profiles that do not exist', () => {
    const tier = defineTier({
      name: 'shop',
      stages: {
        // @ts-expect-error there are two profiles
        dev: { profile: 'cheap' },
      },
      stores: {
        // @ts-expect-error the option is called `replicas`
        first: postgres({ replica: 2 }),
        // @ts-expect-error classes are written without `db.`
        second: postgres({ class: 'db.r8g.large' }),
      },
    });
    expect(pathsOf(tier)).toEqual(['stages.dev.profile', 'stores.first.replica', 'stores.second.class']);
  });

  test('knows the names of its stores', () => {
    const tier = defineTier({ name: 'shop', stages, stores });
    const known: 'main' | 'posts' = 'main' satisfies keyof typeof tier.stores;
    // @ts-expect-error not one of them
    const unknown: keyof typeof tier.stores = 'mian';
    expect(Object.keys(tier.stores)).toContain(known);
    expect(Object.keys(tier.stores)).not.toContain(unknown);
  });
});
