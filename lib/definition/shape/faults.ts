import type { z } from 'zod';
import type { Fault, FaultPath } from '../faults/fault';
import { nearestName, suggestion } from '../faults/nearest-name';
import { showValue } from '../faults/show-value';

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodTypes;

/** A definition is read once or twice a process: code that Zod would compile for each object of it costs more than it saves. */
export const READ_ONCE = { jitless: true } as const;

/** What is wrong with the shape of `input`, every fault of it, below `path`. */
export function shapeFaults(schema: z.ZodType, input: unknown, path: FaultPath): readonly Fault[] {
  const result = schema.safeParse(input, READ_ONCE);
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => faultsOf(issue, schema as unknown as Schema, input, path));
}

/** The value that stands at `path` below `input`, `undefined` where nothing does. */
export function valueAt(input: unknown, path: FaultPath): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined,
    input,
  );
}

function faultsOf(issue: Issue, root: Schema, input: unknown, base: FaultPath): Fault[] {
  const inner = issue.path.map(String);
  const path = [...base, ...inner];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownOption(key, schemaAt(root, inner)) }));
  }
  if (issue.code === 'invalid_union') {
    const branch = branchOf(issue.errors);
    if (branch !== undefined) {
      return branch.flatMap((nested) =>
        faultsOf({ ...nested, path: [...issue.path, ...nested.path] }, root, input, base),
      );
    }
  }
  const schema = schemaAt(root, inner);
  return [{ path, message: wrongValue(valueAt(input, inner), schema, wordsOf(issue, schema)) }];
}

/** Of the forms that an option may have, the one that was meant: the only one whose faults lie deeper than the form itself. */
function branchOf(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const meant = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'),
  );
  return meant.length === 1 ? meant[0] : undefined;
}

function unknownOption(key: string, owner: Schema | undefined): string {
  const shape = owner?._zod.def.type === 'object' ? owner._zod.def.shape : {};
  // A factory writes the kind.
  const known = Object.keys(shape).filter((name) => name !== 'kind');
  const nearest = nearestName(key, known);
  const hint = nearest === undefined ? undefined : hintOf(shape[nearest] as Schema | undefined);
  return `unknown option, ${suggestion(key, known)}${hint === undefined ? '' : ` (${hint})`}`;
}

function wrongValue(value: unknown, schema: Schema | undefined, words: readonly string[]): string {
  const allowed = allowedOf(schema) ?? 'something else';
  if (value === undefined) return `missing, expected: ${allowed}`;
  const nearest = typeof value === 'string' ? nearestName(value, words) : undefined;
  const guess = nearest === undefined ? '' : `, did you mean "${nearest}"?`;
  return guess === '' ? `got ${showValue(value)}, allowed: ${allowed}` : `got ${showValue(value)}${guess} (${allowed})`;
}

function wordsOf(issue: Issue, schema: Schema | undefined): readonly string[] {
  if (issue.code === 'invalid_union') return formsOf(schema);
  return issue.code === 'invalid_value' ? issue.values.filter((value) => typeof value === 'string') : [];
}

/** The words by which the forms of an option are told apart. */
function formsOf(schema: Schema | undefined): readonly string[] {
  const def = schema?._zod.def;
  if (def?.type !== 'union' || !('discriminator' in def)) return [];
  return def.options.flatMap((option) => {
    const word = schemaAt(option as Schema, [String(def.discriminator)])?._zod.def;
    return word?.type === 'literal' ? word.values.filter((value) => typeof value === 'string') : [];
  });
}

/** In a hint, an option that has a shorthand shows the shorthand. */
function hintOf(schema: Schema | undefined): string | undefined {
  const bare = unwrap(schema);
  return bare?._zod.def.type === 'union' ? hintOf(bare._zod.def.options[0] as Schema) : allowedOf(bare);
}

function allowedOf(schema: Schema | undefined): string | undefined {
  const bare = unwrap(schema) as unknown as z.ZodType | undefined;
  const allowed = bare?.meta()?.['allowed'];
  return typeof allowed === 'string' ? allowed : undefined;
}

function unwrap(schema: Schema | undefined): Schema | undefined {
  return schema?._zod.def.type === 'optional' ? unwrap(schema._zod.def.innerType as Schema) : schema;
}

/** The schema that reads what stands at `path`. */
function schemaAt(schema: Schema | undefined, path: FaultPath): Schema | undefined {
  const bare = unwrap(schema);
  const [key, ...rest] = path;
  if (bare === undefined || key === undefined) return bare;
  const { def } = bare._zod;
  if (def.type === 'object') {
    return Object.hasOwn(def.shape, key) ? schemaAt(def.shape[key] as Schema, rest) : undefined;
  }
  if (def.type === 'record') return schemaAt(def.valueType as Schema, rest);
  if (def.type === 'array') return schemaAt(def.element as Schema, rest);
  if (def.type === 'union') {
    // What tells the forms apart is allowed to be what any of them says.
    if ('discriminator' in def && def.discriminator === key) return bare;
    return def.options.map((option) => schemaAt(option as Schema, path)).find((found) => found !== undefined);
  }
  return undefined;
}
