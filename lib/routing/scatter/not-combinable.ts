import { PolystoreError } from '../../errors';

/** `column` is named where one is to blame. */
export function notCombinable(
  store: string,
  why: string,
  next: string,
  column?: string,
): PolystoreError<'NOT_COMBINABLE'> {
  const where = column === undefined ? '' : ` column "${column}":`;
  return new PolystoreError('NOT_COMBINABLE', `store "${store}":${where} ${why}`, {
    details: { store, ...(column !== undefined && { column }) },
    next,
  });
}
