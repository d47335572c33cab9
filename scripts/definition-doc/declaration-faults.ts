import type { z } from 'zod';
import type { DeclaredOption } from './declared-options';
import { allowedOf, isLeftOut } from './read-schema';

/** What is wrong with the declaration of an option: the page can't be written before it is right. */
export interface DeclarationFault {
  /** Where it stands: `StageConfig.env.account`. */
  readonly at: string;
  readonly message: string;
}

/** What is wrong with an option, a sentence each, without its name. */
export function faultsOf(option: DeclaredOption, schema: z.ZodType): readonly string[] {
  const isRequired = !isLeftOut(schema);
  const said = rangeIn(option.summary ?? '', ' to ');
  const read = rangeIn(allowedOf(schema), '–');
  return [
    ...docFaults(option, isRequired),
    ...(option.isOptional === isRequired
      ? [
          `is ${isRequired ? 'required by the parser, optional by its type' : 'optional for the parser, required by its type'}`,
        ]
      : []),
    ...(said !== undefined && read !== undefined && said !== read
      ? [`says ${said}, but messages of the parser say ${read}`]
      : []),
  ];
}

/** What is wrong with an option that no schema knows. */
export function docFaults({ summary, byDefault }: DeclaredOption, isRequired: boolean): readonly string[] {
  return [
    ...(summary === undefined ? ['has no docstring'] : []),
    ...(!isRequired && byDefault === undefined ? ['may be left out, and has no @default'] : []),
    ...(isRequired && byDefault !== undefined ? ['may not be left out, and has a @default'] : []),
  ];
}

/** The first range of numbers in a sentence, as `1 to 35`. */
function rangeIn(sentence: string, sign: ' to ' | '–'): string | undefined {
  const [, from, to] = new RegExp(`(?<![\\w.])(\\d+(?:\\.\\d+)?)${sign}(\\d+(?:\\.\\d+)?)`).exec(sentence) ?? [];
  return from === undefined || to === undefined ? undefined : `${from} to ${to}`;
}
