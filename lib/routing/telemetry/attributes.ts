/**
 * Names of OpenTelemetry's conventions for clients of databases, and the kit's own.
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-spans/
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-metrics/
 */
export const ATTRIBUTE = {
  system: 'db.system.name',
  namespace: 'db.namespace',
  operation: 'db.operation.name',
  status: 'db.response.status_code',
  errorType: 'error.type',
  address: 'server.address',
  port: 'server.port',
  poolName: 'db.client.connection.pool.name',
  poolState: 'db.client.connection.state',
  store: 'polystore.store',
  shard: 'polystore.shard',
  /** Unique in its store. */
  server: 'polystore.server',
  role: 'polystore.role',
  /** Replay delay of a replica at its last probe, in milliseconds; absent where it is unknown. */
  lag: 'polystore.lag',
  event: 'polystore.event',
} as const;
