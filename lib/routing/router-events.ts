import type { Access } from '../topology';
import type { Route } from './decide-route';

/** What a router tells whoever listens, by the name of the event. */
export interface RouterEvents {
  /** A statement is about to be sent. */
  route: Route & { readonly access: Access };
  /** The primary answers a read that belongs to a replica. `behind`: none had replayed what the session has seen. */
  fallback: ClusterEvent & { readonly reason: 'noEligibleReplica' | 'behind'; readonly waitedMs: number };
  /** A server was left, is tried, or is back. */
  breaker: ServerEvent & { readonly state: 'open' | 'halfOpen' | 'closed'; readonly reason: string | undefined };
  /** No server of the cluster takes writes; the router looks for one until it has found it. */
  primaryLost: ServerEvent & { readonly reason: string };
  /** A server takes writes again: another one than before, or the same (`from` equals `to`). */
  failover: ClusterEvent & { readonly from: string; readonly to: string; readonly timeline: number | undefined };
  /** Another version of a shard map is in use. */
  mapRefresh: { readonly store: string; readonly from: number; readonly to: number };
  /** The topology was read again. `error`: it could not be, and the one in use stays in use. */
  topologyRefresh: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly error: unknown;
  };
}

interface ClusterEvent {
  readonly store: string;
  readonly shard: string | undefined;
}

interface ServerEvent extends ClusterEvent {
  /** Unique in the store. */
  readonly server: string;
}

export type RouterEvent = keyof RouterEvents;
export type RouterListener<E extends RouterEvent> = (event: RouterEvents[E]) => void;

/** Who listens to a router. Costs nothing where nobody does. */
export class EventHub {
  private readonly listeners = new Map<RouterEvent, Set<(event: never) => void>>();

  /** Returns what ends it. */
  on<E extends RouterEvent>(name: E, listener: RouterListener<E>): () => void {
    let of = this.listeners.get(name);
    if (!of) this.listeners.set(name, (of = new Set()));
    const set = of.add(listener);
    return () => void set.delete(listener);
  }

  /** For an event that costs something to describe. */
  has(name: RouterEvent): boolean {
    return (this.listeners.get(name)?.size ?? 0) > 0;
  }

  /** A listener that throws is the application's fault: it surfaces as an uncaught exception, and routing goes on. */
  emit<E extends RouterEvent>(name: E, event: RouterEvents[E]): void {
    for (const listener of this.listeners.get(name) ?? []) {
      try {
        (listener as RouterListener<E>)(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
