import { RoutedPool } from '../postgres';
import { Cluster } from './cluster';
import { PlacedKey } from './placed-key';
import { ShardScatter } from './scatter/scatter';
import { ShardSet } from './shard-set';

/** Runs `work` where the session is the current one. */
type Run = <R>(work: () => R) => R;

/** What finds a database, and so has to know its session; a result or a client has not. */
const isHandle = (value: unknown): value is object =>
  [Cluster, PlacedKey, ShardSet, ShardScatter, RoutedPool].some((kind) => value instanceof kind);

/** The same handle, all of whose methods run in a session, and so do those of the handles that it returns. */
export function inSession<H extends object>(handle: H, run: Run): H {
  return new Proxy(handle, {
    get: (target, property): unknown => {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...parameters: unknown[]): unknown =>
        bound(
          run((): unknown => Reflect.apply(value, target, parameters)),
          run,
        );
    },
  });
}

function bound(result: unknown, run: Run): unknown {
  if (isHandle(result)) return inSession(result, run);
  if (Array.isArray(result)) return result.map((one) => bound(one, run));
  if (result instanceof Promise)
    return result.then((value: unknown) => (isHandle(value) ? inSession(value, run) : value));
  return result;
}
