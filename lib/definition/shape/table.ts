import type { Fault, FaultPath } from '../faults/fault';

/** Anything by name, of which nothing is known yet. */
export type Table = Readonly<Record<string, unknown>>;

export const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Deeper than any option lies. */
const DEPTH_MAX = 8;

/**
 * Faults for every key `__proto__`, which only JSON or a computed key can make: copying an object drops it, so that it would
 * pass unseen.
 */
export function prototypeFaults(value: unknown, path: FaultPath = []): readonly Fault[] {
  if (typeof value !== 'object' || value === null || path.length > DEPTH_MAX) return [];
  return Object.keys(value).flatMap((key) =>
    key === '__proto__'
      ? [{ path: [...path, key], message: 'no option and no name can be called "__proto__"' }]
      : prototypeFaults((value as Table)[key], [...path, key]),
  );
}
