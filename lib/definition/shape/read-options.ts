import type { z } from 'zod';
import type { Fault, FaultPath } from '../faults/fault';
import { READ_ONCE, shapeFaults, valueAt } from './faults';
import { isTable } from './table';

/** Deeper than any option lies: what is below is never looked at, however deep it goes. */
const DEPTH_MAX = 8;

/** What could be read of an object of options, and what is wrong with the rest. */
export interface ReadOptions<S extends z.ZodObject> {
  /** Only options that were read; `undefined` where nothing could be. */
  readonly options: Partial<z.infer<S>> | undefined;
  readonly faults: readonly Fault[];
}

/**
 * Reads as much as possible, so that a misspelt option does not hide what is wrong with the others.
 *
 * @param path where `input` stands in the definition
 */
export function readOptions<S extends z.ZodObject>(schema: S, input: unknown, path: FaultPath): ReadOptions<S> {
  const whole = schema.safeParse(input, READ_ONCE);
  if (whole.success) return { options: defined(whole.data) as Partial<z.infer<S>>, faults: [] };
  const faults = shapeFaults(schema, input, path);
  const tolerant = schema.partial();
  let rest = withoutAll(
    input,
    faults.map((fault) => fault.path.slice(path.length)),
  );
  // Leaving something out may leave its parent incomplete, which is then left out in its turn.
  for (let round = 0; round < DEPTH_MAX; round++) {
    const result = tolerant.safeParse(rest, READ_ONCE);
    if (result.success) return { options: defined(result.data) as Partial<z.infer<S>>, faults };
    const unread = shapeFaults(tolerant, rest, []).map((fault) => fault.path);
    rest = withoutAll(
      rest,
      unread.map((at) => (valueAt(rest, at) === undefined ? at.slice(0, -1) : at)),
    );
  }
  return { options: undefined, faults };
}

function withoutAll(value: unknown, paths: readonly FaultPath[]): unknown {
  return paths.reduce(without, value);
}

function without(value: unknown, [key, ...rest]: FaultPath): unknown {
  if (key === undefined) return undefined;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return value;
  // A list with a hole means something else than the list: leave it out as a whole.
  if (Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  return Object.fromEntries(
    rest.length === 0
      ? entries.filter(([name]) => name !== key)
      : entries.map(([name, inner]) => [name, name === key ? without(inner, rest) : inner]),
  );
}

/** An option that is written as `undefined` was not written. */
function defined(value: object, depth = DEPTH_MAX): object {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, isTable(inner) && depth > 0 ? defined(inner, depth - 1) : inner]),
  );
}
