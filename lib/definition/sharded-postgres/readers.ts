/** How many readers a shard may have, by their CPU. */
export interface AutoscaledReadersOptions {
  /** Readers that are always there, 1 to 15. */
  readonly min: number;
  /** `min` to 15. */
  readonly max: number;
  /** Average CPU of the readers that is aimed at, in percent: 10 to 90. @default 60 */
  readonly cpuPercent?: number;
}

/** Readers that Aurora adds and removes by itself. */
export interface AutoscaledReaders extends AutoscaledReadersOptions {
  readonly kind: 'autoscaled';
}

/**
 * Readers between `min` and `max`, as their CPU asks for; those above `min` are Aurora's own, in no template.
 *
 * Not in a disposable stage: they would outlive their scaling, and a cluster with servers can't be deleted.
 */
export function autoscaled(options: AutoscaledReadersOptions): AutoscaledReaders {
  return { ...options, kind: 'autoscaled' };
}

/** Readers of one shard, beside its primary. */
export interface ReadersDefinition {
  /** In the template, always there. */
  readonly min: number;
  /** Present where Aurora adds more. */
  readonly autoscaling?: { readonly max: number; readonly cpuPercent: number };
}
