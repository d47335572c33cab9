import { context, SpanKind, SpanStatusCode, trace, type Attributes, type Context, type Span } from '@opentelemetry/api';
import { isPolystoreError } from '../../errors';
import { errorCodeOf, isAnswer, type PgStatement } from '../../postgres';
import type { Endpoint } from '../../topology';
import type { ReplicaHealth } from '../eligibility';
import type { PoolStatus } from '../handles';
import { ATTRIBUTE } from './attributes';
import type { MeasuredServer } from './instruments';
import { operationOf, TRANSACTION } from './operation';
import type { Telemetry } from './telemetry';

/** A server as telemetry sees it; what changes is read each time. */
export interface TelemetrySubject {
  readonly store: string;
  readonly shard: string | undefined;
  /** Unique in the store. */
  readonly name: string;
  /** Unique in the process: who logs in, and where. */
  readonly poolName: string;
  readonly database: string;
  readonly endpoint: Endpoint;
  readonly role: () => 'primary' | 'replica';
  readonly pool: () => PoolStatus;
  readonly health: () => ReplicaHealth;
}

/** Something that is under way. */
export interface Operation {
  /** Of what is done for it. */
  readonly context: Context;
  /** Once; `error` where it failed. */
  end(error?: unknown): void;
}

/** What is told of one server: a span and a duration for each operation, and its pool and lag to whoever collects. */
export class ServerTelemetry implements MeasuredServer {
  readonly poolAttributes: Attributes;
  private readonly fixed: Attributes;

  constructor(
    private readonly telemetry: Telemetry,
    private readonly subject: TelemetrySubject,
  ) {
    const { store, shard, name, poolName, database, endpoint } = subject;
    this.fixed = {
      [ATTRIBUTE.system]: 'postgresql',
      [ATTRIBUTE.namespace]: database,
      [ATTRIBUTE.address]: endpoint.host,
      [ATTRIBUTE.port]: endpoint.port,
      [ATTRIBUTE.store]: store,
      [ATTRIBUTE.server]: name,
      ...(shard !== undefined && { [ATTRIBUTE.shard]: shard }),
    };
    this.poolAttributes = {
      [ATTRIBUTE.poolName]: poolName,
      [ATTRIBUTE.store]: store,
      [ATTRIBUTE.server]: name,
      ...(shard !== undefined && { [ATTRIBUTE.shard]: shard }),
    };
    telemetry.add(this);
  }

  /** Whether somebody collects. */
  get isOn(): boolean {
    return this.telemetry.tracer !== undefined || this.telemetry.instruments !== undefined;
  }

  get attributes(): Attributes {
    return { ...this.fixed, [ATTRIBUTE.role]: this.subject.role() };
  }

  get pool(): PoolStatus {
    return this.subject.pool();
  }

  get lagMs(): number | undefined {
    const health = this.subject.health();
    return health.state === 'up' && health.lagMs !== 'unknown' ? health.lagMs : undefined;
  }

  /** Runs `work` as one operation. */
  async around<T>(what: PgStatement | typeof TRANSACTION, work: () => Promise<T>): Promise<T> {
    const operation = this.begin(what);
    try {
      const result = await context.with(operation.context, work);
      operation.end();
      return result;
    } catch (error) {
      operation.end(error);
      throw error;
    }
  }

  /** Begins an operation; whoever begins it ends it. */
  begin(what: PgStatement | typeof TRANSACTION): Operation {
    const name = what === TRANSACTION ? TRANSACTION : operationOf(what);
    const attributes = { ...this.attributes, ...(name !== undefined && { [ATTRIBUTE.operation]: name }) };
    const parent = context.active();
    const span = this.telemetry.tracer?.startSpan(
      `${name ?? 'postgresql'} ${this.subject.database}`,
      { kind: SpanKind.CLIENT, attributes: { ...attributes, ...this.lagAttribute() } },
      parent,
    );
    const beganAtMs = performance.now();
    return {
      context: span ? trace.setSpan(parent, span) : parent,
      end: (error) => {
        const failure = error === undefined ? {} : failureAttributes(error);
        if (span) endSpan(span, failure);
        const seconds = (performance.now() - beganAtMs) / 1_000;
        this.telemetry.instruments?.duration.record(seconds, { ...attributes, ...failure });
      },
    };
  }

  /** A request waited for a connection in vain. */
  noteTimeout(): void {
    this.telemetry.instruments?.timeouts.add(1, this.poolAttributes);
  }

  close(): void {
    this.telemetry.remove(this);
  }

  private lagAttribute(): Attributes {
    const { lagMs } = this;
    return this.subject.role() === 'replica' && lagMs !== undefined ? { [ATTRIBUTE.lag]: lagMs } : {};
  }
}

/** No message: the server's own quotes values. */
function failureAttributes(error: unknown): Attributes {
  const code = isPolystoreError(error) ? error.code : errorCodeOf(error);
  const cause = isPolystoreError(error) ? error.cause : error;
  return {
    [ATTRIBUTE.errorType]: /^[A-Z0-9_]{1,40}$/.test(code) ? code : '_OTHER',
    ...(isAnswer(cause) && { [ATTRIBUTE.status]: errorCodeOf(cause) }),
  };
}

function endSpan(span: Span, failure: Attributes): void {
  if (ATTRIBUTE.errorType in failure) {
    span.setAttributes(failure);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
