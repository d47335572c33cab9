import * as z from 'zod/mini';
import { describeFaults, documentWords, invalidDocument } from '../errors';
import { tableFault } from './key-ranges';
import { PLACEMENT_VERSION, type Placement } from './placement';
import { SHARD_KEY_TYPES } from './shard-key';
import { BUCKET_COUNT } from './strategy';

/** As JSON the owners are runs: `[["s0", 1024], ["s1", 1024], …]`. */
const document = z.strictObject({
  version: z.literal(PLACEMENT_VERSION),
  store: z.string().check(z.minLength(1)),
  keyType: z.enum(SHARD_KEY_TYPES),
  strategy: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('hash'), hash: z.literal('postgres-extended-0') }),
    z.strictObject({ type: z.literal('range'), order: z.literal('postgres-c') }),
    z.strictObject({ type: z.literal('directory') }),
  ]),
  shardMap: z.strictObject({
    version: z.int().check(z.gte(1)),
    ranges: z.exactOptional(
      z.strictObject({
        bounds: z.array(z.nullable(z.string())),
        buckets: z.array(z.int().check(z.gte(0))),
      }),
    ),
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
  const { version, ranges } = shardMap;
  return JSON.stringify({ ...rest, shardMap: { version, ...(ranges && { ranges }), runs } });
}

/**
 * Reads what {@link encodePlacement} wrote. `source` names where the text came from, for messages.
 * @throws {PolystoreError} DOCUMENT_INVALID for another version, another strategy, a map that does not cover every bucket once, or ranges with a
 * gap or overlap
 */
export function decodePlacement(text: string, source: string): Placement {
  const parsed = document.safeParse(parseJson(text, source), { error: documentWords });
  if (!parsed.success) throw invalidDocument('placement', source, describeFaults(parsed.error), NEXT);
  const { shardMap, ...rest } = parsed.data;
  const { version, ranges, runs } = shardMap;
  const invalid = (why: string) => invalidDocument('placement', source, why, NEXT);
  if ((ranges !== undefined) !== (rest.strategy.type === 'range')) {
    throw invalid(
      `shardMap.ranges: ${ranges ? 'belongs to' : 'missing for'} strategy "range" ${ranges ? 'only' : ''}`.trim(),
    );
  }
  const fault = ranges && tableFault(rest.keyType, ranges);
  if (fault !== undefined) throw invalid(`shardMap.ranges: ${fault}`);
  const owners = runs.flatMap(([name, count]) => new Array<string>(Math.min(count, BUCKET_COUNT + 1)).fill(name));
  const buckets = ranges?.buckets.length ?? BUCKET_COUNT;
  if (owners.length !== buckets) {
    throw invalid(`shardMap.runs: covers ${owners.length} buckets, must be exactly ${buckets}`);
  }
  return { ...rest, shardMap: { version, owners, ...(ranges && { ranges }) } };
}

const NEXT = `This version reads placements of version ${PLACEMENT_VERSION}; use the version of the kit that wrote it.`;

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidDocument('placement', source, 'not JSON', NEXT);
  }
}
