import { configInvalid } from './faults/config-invalid';
import { deepFreeze } from './deep-freeze';
import type { Fault } from './faults/fault';
import { locateIn, nowhere, type TierSource } from './faults/locate';
import { suggestion } from './faults/nearest-name';
import { renamedShards, type ShardsBefore } from './sharded-postgres/renamed-shards';
import { resolveTier } from './resolve-tier';
import { ruleFaults } from './rules';
import type { TierDefinition } from './tier';
import { readDraft, type StageDraft, type TierDraft } from './tier-draft';

export interface ParseTierOptions {
  /** @default - the first stage of the definition */
  readonly stage?: string | undefined;
  /** The file that the definition was loaded from, so that faults say where they stand. @default - faults have a path only */
  readonly source?: TierSource | undefined;
  /** Shards that are there already: a store that lacks one and has another in its place is refused. @default - nobody knows */
  readonly shardsBefore?: ShardsBefore | undefined;
}

/**
 * Reads a definition that nobody has checked: every stage and store is judged, then one stage is returned, every default filled in,
 * frozen through and through.
 *
 * @throws {PolystoreError} CONFIG_INVALID with every fault; its message is ready to print
 */
export function parseTier(input: unknown, options: ParseTierOptions = {}): TierDefinition {
  const { draft, faults: ofShape } = readDraft(input);
  const stage = chosenStage(draft, options.stage);
  const faults = [
    ...ofShape,
    ...ruleFaults(draft),
    ...renamedShards(draft, options.shardsBefore ?? {}),
    ...stageFaults(draft, stage, options.stage),
  ];
  if (faults.length > 0 || stage === undefined) {
    throw configInvalid(faults, options.source === undefined ? nowhere : locateIn(options.source));
  }
  return deepFreeze(resolveTier(draft, stage));
}

/**
 * Reads a definition as {@link parseTier} does and returns it once for each of its stages, in the order of the file.
 *
 * @throws {PolystoreError} CONFIG_INVALID with every fault; its message is ready to print
 */
export function parseStages(
  input: unknown,
  options: Omit<ParseTierOptions, 'stage'> = {},
): readonly [TierDefinition, ...TierDefinition[]] {
  const first = parseTier(input, options);
  const others = (readDraft(input).draft.stages ?? []).slice(1);
  return [first, ...others.map(({ name }) => parseTier(input, { ...options, stage: name }))];
}

function chosenStage({ stages = [] }: TierDraft, name: string | undefined): StageDraft | undefined {
  return name === undefined ? stages[0] : stages.find((stage) => stage.name === name);
}

/** A stage was asked for that the definition does not have. */
function stageFaults(
  { stages }: TierDraft,
  chosen: StageDraft | undefined,
  name: string | undefined,
): readonly Fault[] {
  if (chosen !== undefined || name === undefined || stages === undefined || stages.length === 0) return [];
  const known = stages.map((stage) => stage.name);
  return [{ path: ['stages'], message: `no stage "${name}", ${suggestion(name, known)}` }];
}
