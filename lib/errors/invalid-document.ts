import en from 'zod/v4/locales/en.cjs';
import type { $ZodError, $ZodErrorMap } from 'zod/v4/core';
import { PolystoreError } from './polystore-error';

const english: $ZodErrorMap = en().localeError;

/** Words for schema faults: `safeParse(value, { error: documentWords })`. What was got in the place of one of a few values is said, cut short. */
export const documentWords: $ZodErrorMap = (issue) => {
  if (issue.code !== 'invalid_value' || typeof issue.input === 'object') return english(issue);
  const got = issue.input === undefined ? 'nothing' : JSON.stringify(issue.input).slice(0, 40);
  return `got ${got}, expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
};

/** The faults of a document in one line: `stores.main.kind: Invalid input; …`. */
export const describeFaults = ({ issues }: $ZodError): string =>
  issues
    .map(({ path, message }) => (path.length > 0 ? `${path.map(String).join('.')}: ${message}` : message))
    .join('; ');

/** A document of the kit that this version can't read; `why` says what is wrong, `next` what to do. */
export function invalidDocument(
  document: string,
  source: string,
  why: string,
  next: string,
): PolystoreError<'DOCUMENT_INVALID'> {
  return new PolystoreError('DOCUMENT_INVALID', `${document} at ${source} can't be read: ${why}`, {
    details: { document, source },
    next,
  });
}
