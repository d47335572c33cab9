import * as z from 'zod/mini';
import { describeFaults, documentWords, invalidDocument } from '../errors';
import { PLACEMENT_VERSION, type Placement } from './placement';
import { BUCKET_COUNT } from './strategy';

/** As JSON the owners are runs: `[["s0", 1024], ["s1", 1024], …]`. */
const document = z.strictObject({
  version: z.literal(PLACEMENT_VERSION),
  store: z.string().check(z.minLength(1)),
  keyType: z.enum(['bigint', 'text', 'uuid']),
  strategy: z.strictObject({ type: z.literal('hash'), hash: z.literal('postgres-extended-0') }),
  shardMap: z.strictObject({
    version: z.int().check(z.gte(1)),
    runs: z.array(z.tuple([z.string().check(z.minLength(1)), z.int().check(z.gte(1))])),
  }),
});

/** The placement as JSON text. */
export function encodePlacement({ shardMap, ...rest }: Placement): string {
  const runs: [string, number][] = [];
  for (const owner of shardMap.owners) {
    const last = runs.at(-1);
    if (last?.[0] === owner) last[1]++;
    else runs.push([owner, 1]);
  }
  return JSON.stringify({ ...rest, shardMap: { version: shardMap.version, runs } });
}

/**
 * Reads what {@link encodePlacement} wrote. `source` names where the text came from, for messages.
 * @throws {PolystoreError} DOCUMENT_INVALID for another version, another strategy, or a map that does not cover every bucket once
 */
export function decodePlacement(text: string, source: string): Placement {
  const parsed = document.safeParse(parseJson(text, source), { error: documentWords });
  if (!parsed.success) throw invalidDocument('placement', source, describeFaults(parsed.error), NEXT);
  const { shardMap, ...rest } = parsed.data;
  const owners = shardMap.runs.flatMap(([name, count]) =>
    new Array<string>(Math.min(count, BUCKET_COUNT + 1)).fill(name),
  );
  if (owners.length !== BUCKET_COUNT) {
    const why = `shardMap.runs: covers ${owners.length} buckets, must be exactly ${BUCKET_COUNT}`;
    throw invalidDocument('placement', source, why, NEXT);
  }
  return { ...rest, shardMap: { version: shardMap.version, owners } };
}

const NEXT = `This version reads placements of version ${PLACEMENT_VERSION}; use the version of the kit that wrote it.`;

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidDocument('placement', source, 'not JSON', NEXT);
  }
}
