import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { PolystoreError } from '../../errors';
import type { OrderColumn } from './order';
import { ORDERED_TYPES } from './ordered-type';

/**
 * A place between two rows: after the row with these values on this shard. Rows of equal values come by name of shard, so it is a place in
 * all shards at once.
 */
export interface Position {
  readonly shard: string;
  readonly texts: readonly (string | null)[];
}

/** How far pages have come. */
export interface Progress {
  /** OIDs of the ordered columns. */
  readonly types: readonly number[];
  /** Undefined before the first row. */
  readonly at: Position | undefined;
  /** Shards that were missing from a page have not come as far as the others; undefined before their first row. */
  readonly behind: ReadonlyMap<string, Position | undefined>;
}

const position = z.strictObject({
  shard: z.string(),
  texts: z.array(z.nullable(z.string())),
});

const document = z.strictObject({
  v: z.literal(1),
  of: z.string(),
  types: z.array(z.int()),
  at: z.nullable(position),
  behind: z.array(z.tuple([z.string(), z.nullable(position)])),
});

/** Ties a cursor to the statement and order that it is a place in. */
export const pagesOf = (store: string, text: string, order: readonly OrderColumn[]): string =>
  createHash('sha256')
    .update(JSON.stringify([store, text, order]))
    .digest('base64url')
    .slice(0, 16);

export function encodeCursor(pages: string, { types, at, behind }: Progress): string {
  const places = [...behind].map(([shard, place]) => [shard, place ?? null]);
  const json = JSON.stringify({ v: 1, of: pages, types, at: at ?? null, behind: places });
  return Buffer.from(json).toString('base64url');
}

/**
 * Reads what {@link encodeCursor} wrote for the same statement and order.
 * @throws {PolystoreError} CURSOR_INVALID for anything else
 */
export function decodeCursor(store: string, pages: string, order: readonly OrderColumn[], cursor: string): Progress {
  const parsed = document.safeParse(parseJson(cursor));
  if (!parsed.success) throw invalidCursor(store, 'is none of this version');
  const { of, types, at, behind } = parsed.data;
  if (of !== pages) throw invalidCursor(store, 'is one of another statement or order');
  const places = [at, ...behind.map(([, place]) => place)];
  if (types.length !== order.length || !places.every((place) => place === null || isPlace(types, place))) {
    throw invalidCursor(store, 'names a place that is not in its order');
  }
  return { types, at: at ?? undefined, behind: new Map(behind.map(([shard, place]) => [shard, place ?? undefined])) };
}

const isPlace = (types: readonly number[], { texts }: Position): boolean =>
  texts.length === types.length &&
  texts.every((text, index) => text === null || ORDERED_TYPES.get(types[index] as number)?.key(text) !== undefined);

function parseJson(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

const invalidCursor = (store: string, why: string): PolystoreError<'CURSOR_INVALID'> =>
  new PolystoreError('CURSOR_INVALID', `store "${store}": the cursor ${why}`, {
    details: { store },
    next: 'Pass `next` of the page before, with the same statement and order; or begin again without a cursor.',
  });
