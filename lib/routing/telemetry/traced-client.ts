import { context } from '@opentelemetry/api';
import { isSubmittable, type PgPoolClient, type PgStatement } from '../../postgres';
import type { ServerTelemetry } from './server-telemetry';

type Query = (...parameters: readonly unknown[]) => unknown;
type Callback = (error: unknown, ...rest: readonly unknown[]) => void;

const nothing = (): void => undefined;

/**
 * Has each statement on a connection that is lent to somebody be an operation of its own; cursors and streams, whose end can't be seen, are none.
 * Returns what leaves the connection as it was. Where nobody collects, nothing is done.
 */
export function traceStatements(client: PgPoolClient, telemetry: ServerTelemetry): () => void {
  if (!telemetry.isOn) return nothing;
  const before = Object.getOwnPropertyDescriptor(client, 'query');
  const plain = client.query.bind(client) as Query;
  const value: Query = (...parameters) => {
    const [statement] = parameters;
    if (statement === null || statement === undefined || isSubmittable(statement)) return plain(...parameters);
    const operation = telemetry.begin(statement as PgStatement);
    const watched = parameters.map((one) =>
      typeof one === 'function' ? following(one as Callback, operation.end) : one,
    );
    const { callback } = statement as { callback?: unknown };
    if (typeof callback === 'function') {
      const own = following(callback as Callback, operation.end);
      watched[0] = Object.create(statement as object, { callback: { value: own, writable: true } }) as unknown;
    }
    const answer = context.with(operation.context, () => plain(...watched));
    // A promise, where no callback was given.
    if (answer instanceof Promise) answer.then(() => operation.end(), operation.end);
    return answer;
  };
  Object.defineProperty(client, 'query', { value, configurable: true, writable: true, enumerable: false });
  return () => {
    if (before) Object.defineProperty(client, 'query', before);
    else delete (client as { query?: unknown }).query;
  };
}

const following =
  (callback: Callback, end: (error?: unknown) => void): Callback =>
  (error, ...rest) => {
    end(error ?? undefined);
    callback(error, ...rest);
  };
