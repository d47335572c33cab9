import {
  createNoopMeter,
  metrics,
  ProxyTracerProvider,
  trace,
  type MeterProvider,
  type Tracer,
} from '@opentelemetry/api';
import type { EventHub, RouterEvents } from '../router-events';
import { ATTRIBUTE } from './attributes';
import { Instruments, type MeasuredServer } from './instruments';

/** The name of what measures, in whatever collects. */
const SCOPE = 'polystore-router';

/** Events that are counted, and what says that one counts. */
const COUNTED = {
  fallback: () => true,
  breaker: ({ state }: RouterEvents['breaker']) => state === 'open',
  primaryLost: () => true,
  failover: () => true,
} as const;

/**
 * What a router tells OpenTelemetry: spans and metrics, by whatever the application has registered. Where it has registered nothing, each look
 * finds that out without making anything.
 */
export class Telemetry {
  private readonly servers = new Set<MeasuredServer>();
  private provider: MeterProvider | undefined;
  private current: Instruments | undefined;

  constructor(events: EventHub) {
    for (const name of Object.keys(COUNTED) as (keyof typeof COUNTED)[]) {
      events.on(name, (event) => {
        if (COUNTED[name](event as RouterEvents['breaker'])) this.count(name, event);
      });
    }
  }

  /** Undefined where nobody collects spans. */
  get tracer(): Tracer | undefined {
    const provider = trace.getTracerProvider();
    // The proxy's own tracers are there before a provider is, and make a span that records nothing.
    return provider instanceof ProxyTracerProvider ? provider.getDelegateTracer(SCOPE) : provider.getTracer(SCOPE);
  }

  /** Undefined where nobody collects metrics, and once every server was closed. */
  get instruments(): Instruments | undefined {
    if (this.servers.size === 0) return undefined;
    const provider = metrics.getMeterProvider();
    if (provider !== this.provider) this.adopt(provider);
    return this.current;
  }

  add(server: MeasuredServer): void {
    this.servers.add(server);
    void this.instruments;
  }

  remove(server: MeasuredServer): void {
    this.servers.delete(server);
    if (this.servers.size > 0) return;
    this.current?.close();
    this.current = this.provider = undefined;
  }

  private adopt(provider: MeterProvider): void {
    this.current?.close();
    this.provider = provider;
    const meter = provider.getMeter(SCOPE);
    this.current = meter === createNoopMeter() ? undefined : new Instruments(meter, this.servers);
  }

  private count(event: string, { store, shard }: { readonly store: string; readonly shard: string | undefined }): void {
    this.instruments?.events.add(1, {
      [ATTRIBUTE.event]: event,
      [ATTRIBUTE.store]: store,
      ...(shard !== undefined && { [ATTRIBUTE.shard]: shard }),
    });
  }
}
