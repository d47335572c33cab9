import en from 'zod/v4/locales/en.cjs';
import type { $ZodError, $ZodErrorMap } from 'zod/v4/core';
import { PolystoreError } from './polystore-error';

/** Words for schema faults: `safeParse(value, { error: documentWords })`. */
export const documentWords: $ZodErrorMap = en().localeError;

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
