import type { z } from 'zod';
import type { DeclaredOption } from './declared-options';
import { allowedOf, hasWords, isLeftOut, readSchema } from './read-schema';

/** An option as the page has it. */
export interface OptionRow {
  /** From the section's own level: `storage.sizeGiB`, `replicas.<name>.class`. */
  readonly path: string;
  /** What may be written: several where the function that has the option is used in places that allow different things. */
  readonly takes: readonly string[];
  /** An option of the same section that takes the same object, whose fields are shown there. */
  readonly alike?: string;
  readonly isRequired: boolean;
  readonly summary: string;
  /** Text of `@default`; `undefined` where the option is required. */
  readonly byDefault: string | undefined;
}

/** A row of what a schema reads. */
export const rowOf = (option: DeclaredOption, schema: z.ZodType, path: string): OptionRow =>
  toRow(option, path, [takenBy(schema)], !isLeftOut(schema));

/** Things by name that have no options say here what they are. */
function takenBy(schema: z.ZodType): string {
  const written = readSchema(schema);
  const each = written.kind === 'each' && !written.isList ? written.each : undefined;
  const isValue = each !== undefined && readSchema(each).kind === 'value' && hasWords(each);
  return isValue ? `${allowedOf(schema)}: ${allowedOf(each)}` : allowedOf(schema);
}

/** A row of what no schema reads. */
export const toRow = (
  { summary = '', byDefault }: DeclaredOption,
  path: string,
  takes: readonly string[],
  isRequired: boolean,
): OptionRow => ({ path, takes, isRequired, summary, byDefault });
