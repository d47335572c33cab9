/** How an RDS Proxy keeps connections. */
export interface RdsProxyOptions {
  /** A client that is silent for this long is disconnected, in seconds: 1 to 28800. @default 1800 */
  readonly idleClientTimeoutSeconds?: number;
  /**
   * Share of a server's `max_connections` that the proxy may open, 1 to 100. The rest is for those who connect directly: the smoke test,
   * provisioning, measurements of replica lag.
   * @default 80
   */
  readonly maxConnectionsPercent?: number;
  /** Share of a server's `max_connections` that the proxy keeps open while idle, up to `maxConnectionsPercent`. @default - half of `maxConnectionsPercent` */
  readonly maxIdleConnectionsPercent?: number;
  /** How long a client waits for a free connection, in seconds: 0 to 300. @default 120 */
  readonly borrowTimeoutSeconds?: number;
  /**
   * Whether the readers of a shard have a pooled endpoint too. AWS has none for replicas of an RDS instance, and so a store of kind `postgres` none.
   * @default 'direct'
   */
  readonly reads?: 'direct' | 'pooled';
}

/** What pools connections in front of a store's primaries. */
export interface Pooling extends RdsProxyOptions {
  readonly kind: 'rdsProxy';
}

export type PoolingDefinition = Required<Pooling>;

/**
 * An RDS Proxy in front of each primary. It shares few connections among many clients: for functions, and for services of many small processes.
 * Each service logs in with its own secret, over TLS. The direct endpoint stays.
 */
export function rdsProxy(options: RdsProxyOptions = {}): Pooling {
  return { ...options, kind: 'rdsProxy' };
}
