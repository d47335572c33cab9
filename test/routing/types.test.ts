import type { Handles, HandleOf, Router, StoreHandle } from '../../lib/routing';
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

it('types the stores of an unknown tier by what all kinds have', () => {
  same<ReturnType<Router['store']>, StoreHandle>();
  // @ts-expect-error only a typed router has its stores as properties
  same<Router['main'], unknown>();
});
