import { dirname, join, resolve } from 'node:path';
import type { TierDefinition } from '../lib/definition';

/** The options by which every command finds its tier. */
export interface TierOptions {
  /** The tier file. */
  readonly tier: string;
  /** @default - the first stage of the tier file */
  readonly stage?: string;
}

export const DEFAULT_TIER_FILE = 'tier.config.ts';

/** Where the kit keeps everything of its own on this machine: data, logs, reports. */
export const STATE_ROOT = '.polystore';

/** initdb's output, shared by every tier of this folder. */
export const templatesDirectory = (): string => resolve(STATE_ROOT, 'templates');

/** A tier that runs until it is told to stop. */
export const tierDirectory = ({ name, stage }: TierDefinition): string => resolve(STATE_ROOT, name, stage.name);

/** The tier of `polystore prove`: always fresh, and beside the one that may be up. */
export const proofDirectory = ({ name, stage }: TierDefinition): string =>
  resolve(STATE_ROOT, 'proof', name, stage.name);

/** The tier of a drill: always fresh, and beside the one that may be up. */
export const drillDirectory = ({ name, stage }: TierDefinition): string =>
  resolve(STATE_ROOT, 'drill', name, stage.name);

/** How each drill went last on this machine, whatever the stage: they all run here in the same way. */
export const drillReportsDirectory = ({ name }: TierDefinition): string => resolve(STATE_ROOT, 'drills', name);

/** What drills have shown, for whoever reads a runbook: stands beside the tier file, to be committed with it. */
export const drillRecordFileOf = (tierFile: string): string => join(dirname(tierFile), 'polystore.drills.json');

export const topologyFileIn = (directory: string): string => join(directory, 'topology.json');
/** Report of the last proof of the tier in a directory. */
export const lastSmokeFileIn = (directory: string): string => join(directory, 'last-smoke.json');
export const secretsFileIn = (directory: string): string => join(directory, 'secrets.json');

/** Reads and checks the tier file. @throws {PolystoreError} TIER_FILE_UNREADABLE or CONFIG_INVALID */
export const openTier = ({ tier, stage }: TierOptions): Promise<TierDefinition> => {
  // Loaded by who reads a tier: help does not, nor does a word that is misspelt.
  const { loadTier } = require('../lib/definition') as typeof import('../lib/definition');
  return loadTier(tier, stage === undefined ? {} : { stage });
};
