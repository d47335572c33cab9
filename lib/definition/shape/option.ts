import { z } from 'zod';

/** An option that is a whole number; both bounds count. */
export const integer = (min: number, max: number) =>
  z
    .int()
    .min(min)
    .max(max)
    .meta({ allowed: `integer ${min}–${max}` });

/** An option that is one of a few words. */
export const oneOf = <const T extends readonly [string, ...string[]]>(...words: T) =>
  z.enum(words).meta({ allowed: words.map((word) => `"${word}"`).join(' or ') });

/** An option that is a text of some form; `allowed` says which, for a person. */
export const text = (allowed: string, pattern = /^[^]+$/) => z.string().regex(pattern).meta({ allowed });

/** An option that is an object with options of its own and no others. */
export const options = <S extends z.core.$ZodLooseShape>(allowed: string, shape: S) =>
  z.strictObject(shape).meta({ allowed });

/** Things by name. The names are judged by the rules, each against the thing that it names. */
export const byName = <T extends z.core.SomeType>(allowed: string, thing: T) =>
  z.record(z.string(), thing).meta({ allowed });

/** An option that may be written as a number or in full; the shorthand is what a hint shows. */
export const shorthandOr = <A extends z.core.SomeType, B extends z.core.SomeType>(allowed: string, short: A, full: B) =>
  z.union([short, full]).meta({ allowed });
