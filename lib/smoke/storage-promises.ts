import * as z from 'zod/mini';
import { PolystoreError } from '../errors';
import type { ServerDescriber } from '../sources/rds-servers';

/** What the deployment promises of a store's servers that only RDS can tell. */
export interface StoragePromise {
  /** ARN of the key of everything that the store keeps. Absent: encrypted, with whichever key its snapshot had. */
  readonly keyArn?: string;
}

/** Stores whose servers are promised to be encrypted, and to survive the loss of a zone; and whom to ask. */
export interface StoragePromises {
  readonly stores: Readonly<Record<string, StoragePromise>>;
  readonly describe: ServerDescriber;
}

const written = z.record(z.string(), z.object({ keyArn: z.exactOptional(z.string()) }));

/**
 * Reads what a deployment wrote: JSON, a {@link StoragePromise} by store. `source` names where from, for messages.
 * @throws {PolystoreError} DOCUMENT_INVALID
 */
export function decodeStoragePromises(text: string, source: string): StoragePromises['stores'] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Falls through: what is no JSON is no record either.
  }
  const parsed = written.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PolystoreError('DOCUMENT_INVALID', `the storage promises of ${source} can't be read`, {
    details: { document: 'storage promises', source },
    next: 'Deploy the operations stack of the tier again, which writes them.',
  });
}
