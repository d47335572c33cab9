import type { z } from 'zod';

/** What a schema of lib/definition says of what may be written, without the wrappings that say nothing to a user. */
export type Written =
  | WrittenOptions
  | { readonly kind: 'each'; readonly each: z.ZodType; readonly isList: boolean }
  | { readonly kind: 'forms'; readonly forms: readonly z.ZodType[] }
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'value' };

/** An object of options; `word` is what tells it from other forms, where there are some. */
export interface WrittenOptions {
  readonly kind: 'options';
  readonly shape: Readonly<Record<string, z.ZodType>>;
  readonly word: string | undefined;
}

type Schema = z.core.$ZodTypes;

const schemaOf = (type: z.ZodType): Schema => type as unknown as Schema;

/** Whether the option may be left out. */
export const isLeftOut = (type: z.ZodType): boolean => schemaOf(type)._zod.def.type === 'optional';

/** Whether the schema says what it allows: one that lets anything through leaves that to another. */
export const hasWords = (type: z.ZodType): boolean => bareOf(type).meta()?.['allowed'] !== undefined;

/** What a person is told is allowed: the words of messages about faults. */
export function allowedOf(type: z.ZodType): string {
  const allowed = bareOf(type).meta()?.['allowed'];
  if (typeof allowed !== 'string') throw new TypeError('a schema of lib/definition does not say what it allows');
  return allowed;
}

/** Reads a schema one level deep. */
export function readSchema(type: z.ZodType): Written {
  const bare = bareOf(type);
  const { def } = schemaOf(bare)._zod;
  if (def.type === 'object') return shapeOf(bare as z.ZodObject);
  if (def.type === 'record') return { kind: 'each', each: def.valueType as z.ZodType, isList: false };
  if (def.type === 'array') return { kind: 'each', each: def.element as z.ZodType, isList: true };
  if (def.type === 'union') return { kind: 'forms', forms: def.options as readonly z.ZodType[] };
  const word = wordOf(bare);
  return word === undefined ? { kind: 'value' } : { kind: 'word', word };
}

/** The options of an object. */
export function shapeOf({ shape }: z.ZodObject): WrittenOptions {
  const options = shape as Readonly<Record<string, z.ZodType>>;
  const [word] = Object.values(options).flatMap((option) => wordOf(option) ?? []);
  return { kind: 'options', shape: options, word };
}

/** A literal is what a function writes, so that forms can be told apart; a user never does. */
function wordOf(type: z.ZodType): string | undefined {
  const { def } = schemaOf(type)._zod;
  if (def.type !== 'literal' || def.values.length !== 1) return undefined;
  const [word] = def.values;
  return typeof word === 'string' ? word : undefined;
}

const bareOf = (type: z.ZodType): z.ZodType => {
  const { def } = schemaOf(type)._zod;
  return def.type === 'optional' ? bareOf(def.innerType as z.ZodType) : type;
};
