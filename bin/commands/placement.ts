import { PolystoreError } from '../../lib/errors';
import { isSupervised, readLocalState } from '../../lib/local';
import { rangesOf, splitRange, type PlacedRange } from '../../lib/placement';
import { provisionTier } from '../../lib/provision';
import {
  assignKey,
  changePlacement,
  FileSecrets,
  FileTopology,
  findKey,
  placedStoresOf,
  placementsOf,
  SsmTopology,
  viewPlacement,
  type AssignedKey,
  type PlacedStore,
  type PlacementOverview,
} from '../../lib/sources';
import type { Topology } from '../../lib/topology';
import { EXIT_CODES, type ExitCode } from '../exit-code';
import { printJson, type JsonDocument } from '../json-output';
import { painterFor, type Painter } from '../terminal';
import { openTier, secretsFileIn, tierDirectory, topologyFileIn, type TierOptions } from '../tier-context';

export interface PlacementOptions extends TierOptions {
  /** Prefix of a deployed tier. @default - the tier on this machine */
  readonly aws?: string;
  readonly store?: string;
  readonly json?: true;
}

/** Version of what `--json` prints. */
const JSON_VERSION = 1;

/** Prints which shard owns what, or with `key` where that one is; exit 1 where buckets are on a shard that there is not. */
export async function show(options: PlacementOptions & { readonly key?: string }): Promise<ExitCode> {
  const { key, store } = options;
  const all = placedStoresOf((await findTier(options)).topology);
  if (key !== undefined) {
    const placed = oneOf(all, store, () => true, 'is sharded');
    const place = await findKey(placed, key);
    print(options, { version: JSON_VERSION, store: placed.store, key, ...place }, () => [
      `${key} is in bucket ${place.bucket}, on ${place.shard}`,
    ]);
    return EXIT_CODES.ok;
  }
  const chosen = store === undefined ? all : [oneOf(all, store, () => true, 'is sharded')];
  const stores = await Promise.all(chosen.map(viewPlacement));
  print(options, { version: JSON_VERSION, stores }, (painter) =>
    stores.length === 0 ? ['no store of this tier is sharded'] : stores.flatMap((one) => overviewLines(one, painter)),
  );
  return stores.some(({ shards }) => shards.some(({ isMissing }) => isMissing)) ? EXIT_CODES.failed : EXIT_CODES.ok;
}

/** Splits the range that holds `at` there: no row moves. On this machine every shard is told at once. */
export async function split(options: PlacementOptions & { readonly at: string }): Promise<ExitCode> {
  const { at } = options;
  const tier = await findTier(options);
  const views = await Promise.all(
    placedStoresOf(tier.topology).map(async (placed) => ({ placed, ...(await viewPlacement(placed)) })),
  );
  const { placed } = oneOf(views, options.store, ({ ranges }) => ranges !== undefined, 'is placed by range');
  const next = await changePlacement(placed.placement, (placement) => splitRange(placement, at));
  const { version: mapVersion } = next.shardMap;
  const upperBucket = next.shardMap.owners.length - 1;
  const ranges = rangesOf(next);
  const upper = ranges.findIndex(({ bucket }) => bucket === upperBucket);
  const both = ranges.slice(upper - 1, upper + 1);
  // What was split stays so, whether or not every shard can be told of it now.
  const [told] = await Promise.allSettled([tier.provision()]);
  const provisioned = told.status === 'fulfilled' && told.value;
  print(options, { version: JSON_VERSION, store: placed.store, mapVersion, ranges: both, provisioned }, (painter) => [
    `${painter.green('✓')} ${placed.store}: split at ${both[1]?.from}, no row moved · shard map version ${mapVersion}`,
    ...both.map(rangeLine),
    provisioned ? 'every shard knows the new ranges' : painter.dim(`next: ${tier.afterSplit}`),
  ]);
  if (told.status === 'rejected') throw told.reason;
  return EXIT_CODES.ok;
}

/** Assigns a key of a directory to a shard. */
export async function assign(
  options: PlacementOptions & { readonly key: string; readonly shard: string; readonly rowsMoved?: true },
): Promise<ExitCode> {
  const { key, shard, rowsMoved } = options;
  const all = placedStoresOf((await findTier(options)).topology);
  const placed = oneOf(all, options.store, hasDirectory, 'has a key directory');
  const assigned = await assignKey(placed as Required<PlacedStore>, key, shard, rowsMoved ? 'areMoved' : 'stay');
  print(options, { version: JSON_VERSION, key, ...assigned }, (painter) => assignedLines(key, assigned, painter));
  return EXIT_CODES.ok;
}

/** A tier whose records are looked at or changed. */
interface FoundTier {
  readonly topology: Topology;
  /** Tells every shard the ranges; resolves to whether that could be done from here. */
  readonly provision: () => Promise<boolean>;
  /** What is to be done after a split, where it could not. */
  readonly afterSplit: string;
}

async function findTier(options: PlacementOptions): Promise<FoundTier> {
  if (options.aws !== undefined) {
    return {
      topology: await new SsmTopology(options.aws).read(),
      provision: () => Promise.resolve(false),
      afterSplit:
        'deploy the operations stack, so that every shard knows the new ranges; until then the smoke test fails',
    };
  }
  const directory = tierDirectory(await openTier(options));
  const topology = await new FileTopology(topologyFileIn(directory)).read();
  return {
    topology,
    provision: async () => {
      const state = await readLocalState(directory);
      if (!state || !isSupervised(state)) return false;
      const secrets = new FileSecrets(secretsFileIn(directory));
      await provisionTier({ topology, secrets, placementOf: placementsOf(topology) });
      return true;
    },
    afterSplit: 'npx polystore up tells every shard the new ranges, after a down where the tier is up',
  };
}

const hasDirectory = ({ directory }: PlacedStore): boolean => directory !== undefined;

/** The named store, or the only one that fits. @throws {PolystoreError} UNKNOWN_STORE */
function oneOf<S extends { readonly store: string }>(
  all: readonly S[],
  name: string | undefined,
  fits: (store: S) => boolean,
  what: string,
): S {
  const fitting = all.filter(fits);
  const found = name === undefined ? fitting : fitting.filter(({ store }) => store === name);
  if (found.length === 1) return found[0] as S;
  const known = fitting.map(({ store }) => store);
  const message =
    name === undefined
      ? `${known.length === 0 ? 'no store' : `more than one store (${known.join(', ')})`} ${what}`
      : `store "${name}": no such store ${what}; allowed: ${known.join(', ') || 'none'}`;
  throw new PolystoreError('UNKNOWN_STORE', message, {
    details: { store: name ?? '', known },
    next:
      known.length === 0 ? 'npx polystore placement show says how each store is placed.' : 'Say which: --store <name>.',
  });
}

function print<D extends JsonDocument>(
  { json }: PlacementOptions,
  document: D,
  lines: (painter: Painter) => readonly string[],
): void {
  if (json) printJson(document);
  else process.stdout.write(`${lines(painterFor(process.stdout)).join('\n')}\n`);
}

function overviewLines(
  { store, strategy, keyType, version, shards, ranges }: PlacementOverview,
  { bold, dim, red }: Painter,
): readonly string[] {
  const width = Math.max(...shards.map(({ shard }) => shard.length));
  const shares = shards.map(
    ({ shard, buckets, keys, isMissing }) =>
      `${isMissing ? red('✗') : ' '} ${shard.padEnd(width)}  ${countOf(buckets, 'bucket')}${keys === undefined ? '' : `, ${countOf(keys, 'key')}`}${isMissing ? ', and the tier has no such shard: put it back' : ''}`,
  );
  return [
    `${bold(store)} ${dim(`by ${strategy}, keys of ${keyType}, shard map version ${version}`)}`,
    ...shares,
    ...(ranges ?? []).map(rangeLine),
  ];
}

const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function rangeLine({ from, to, bucket, shard }: PlacedRange): string {
  const reach = [from === undefined ? '' : `from ${from}`, to === undefined ? '' : `below ${to}`].join(' ').trim();
  return `  ${(reach || 'all keys').padEnd(48)}  bucket ${bucket} on ${shard}`;
}

function assignedLines(
  key: string,
  { store, bucket, shard, before }: AssignedKey,
  { green, dim }: Painter,
): readonly string[] {
  if (before?.shard === shard) return [`${green('✓')} ${store}: ${key} is on ${shard} already, in bucket ${bucket}`];
  const was = before === undefined ? 'assigned to no shard before' : `on ${before.shard} before`;
  return [
    `${green('✓')} ${store}: ${key} is on ${shard}, in bucket ${bucket}; ${was}`,
    dim(
      before === undefined
        ? 'no row was moved'
        : `no row was moved; let nobody write it for a minute: until then routers may go to ${before.shard}`,
    ),
  ];
}
