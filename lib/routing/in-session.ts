import { RoutedPool } from '../postgres';
import { Cluster } from './cluster';
import { PlacedKey } from './placed-key';
import { ShardScatter } from './scatter/scatter';
import type { SessionState } from './session-state';
import { ShardSet } from './shard-set';

/** A session, and how work is run where it is the current one. */
export interface HandlesSession {
  readonly state: SessionState;
  run<R>(work: () => R): R;
}

/** What finds a database, and so has to know its session; a result or a client has not. */
const isHandle = (value: unknown): value is object =>
  [Cluster, PlacedKey, ShardSet, ShardScatter, RoutedPool].some((kind) => value instanceof kind);

/** The same handle, all of whose methods run in a session, and so do those of the handles that it returns. */
export function inSession<H extends object>(handle: H, session: HandlesSession): H {
  return new Proxy(handle, {
    get: (target, property): unknown => {
      const statement = target instanceof Cluster ? STATEMENTS[property as keyof typeof STATEMENTS] : undefined;
      if (statement) return statement(target as Cluster, session.state);
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...parameters: unknown[]): unknown =>
        bound(
          session.run((): unknown => Reflect.apply(value, target, parameters)),
          session,
        );
    },
  });
}

/** What starts nothing of its caller's is told its session: one that is current where it runs costs each promise on the way. */
const STATEMENTS = {
  read:
    (cluster: Cluster, state: SessionState): Cluster['read'] =>
    (text, values, signal) =>
      cluster.readIn(state, text, values, signal),
  write:
    (cluster: Cluster, state: SessionState): Cluster['write'] =>
    (text, values) =>
      cluster.writeIn(state, text, values),
};

function bound(result: unknown, session: HandlesSession): unknown {
  if (isHandle(result)) return inSession(result, session);
  if (Array.isArray(result)) return result.map((one) => bound(one, session));
  if (result instanceof Promise)
    return result.then((value: unknown) => (isHandle(value) ? inSession(value, session) : value));
  return result;
}
