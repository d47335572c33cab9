import type { Attributes, BatchObservableResult, Counter, Histogram, Meter, Observable } from '@opentelemetry/api';
import { ATTRIBUTE } from './attributes';

/** What is measured of a server when somebody collects. */
export interface MeasuredServer {
  /** Of its pool. */
  readonly poolAttributes: Attributes;
  /** Of the server. */
  readonly attributes: Attributes;
  readonly pool: { readonly max: number; readonly open: number; readonly idle: number; readonly waiting: number };
  /** In milliseconds; undefined where it is unknown, and of a primary. */
  readonly lagMs: number | undefined;
}

/** Bounds that the convention gives for the time of an operation, in seconds. */
const DURATION_BOUNDARIES = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** The instruments of one meter. Pools and lags are looked at when somebody collects, which costs a statement nothing. */
export class Instruments {
  readonly duration: Histogram;
  readonly timeouts: Counter;
  readonly events: Counter;
  private readonly observe: (result: BatchObservableResult) => void;
  private readonly observed: Observable[];

  constructor(
    private readonly meter: Meter,
    servers: ReadonlySet<MeasuredServer>,
  ) {
    this.duration = meter.createHistogram('db.client.operation.duration', {
      unit: 's',
      description: 'Duration of a statement or transaction, with the wait for a connection',
      advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
    });
    this.timeouts = meter.createCounter('db.client.connection.timeouts', {
      unit: '{timeout}',
      description: 'Requests that waited for a connection in vain',
    });
    this.events = meter.createCounter('polystore.events', {
      unit: '{event}',
      description: 'Fallbacks to a primary, breakers that opened, lost primaries, failovers',
    });
    const count = meter.createObservableUpDownCounter('db.client.connection.count', { unit: '{connection}' });
    const max = meter.createObservableUpDownCounter('db.client.connection.max', { unit: '{connection}' });
    const pending = meter.createObservableUpDownCounter('db.client.connection.pending_requests', { unit: '{request}' });
    const lag = meter.createObservableGauge('polystore.lag', { unit: 'ms', description: 'Replay delay of a replica' });
    this.observed = [count, max, pending, lag];
    this.observe = (result) => {
      for (const { poolAttributes, attributes, pool, lagMs } of servers) {
        result.observe(count, pool.idle, { ...poolAttributes, [ATTRIBUTE.poolState]: 'idle' });
        result.observe(count, pool.open - pool.idle, { ...poolAttributes, [ATTRIBUTE.poolState]: 'used' });
        result.observe(max, pool.max, poolAttributes);
        result.observe(pending, pool.waiting, poolAttributes);
        if (lagMs !== undefined) result.observe(lag, lagMs, attributes);
      }
    };
    meter.addBatchObservableCallback(this.observe, this.observed);
  }

  close(): void {
    this.meter.removeBatchObservableCallback(this.observe, this.observed);
  }
}
