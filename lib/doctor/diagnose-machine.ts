import { isRelational, type TierDefinition } from '../definition';
import { isPolystoreError } from '../errors';
import { findPostgres, type PostgresBinaries } from '../local/postgres-binaries';
import type { Diagnosis } from './diagnosis';

export interface Machine {
  /** As in `v20.19.1`. */
  readonly node: string;
  /** What the kit asks for, as in `>=20.19`. */
  readonly nodeNeeded: string;
  /** Of the engines, as in `linux-x64`. @default - this machine's */
  readonly platform?: string;
}

/** What the tier needs to run on this machine. */
export async function diagnoseMachine(tier: TierDefinition, machine: Machine): Promise<readonly Diagnosis[]> {
  return [diagnoseNode(machine), await diagnoseEngine(tier, machine)];
}

function diagnoseNode({ node, nodeNeeded }: Machine): Diagnosis {
  const subject = 'node';
  const [major = 0, minor = 0] = numbersOf(node);
  const [majorNeeded = 0, minorNeeded = 0] = numbersOf(nodeNeeded);
  const suffices = major > majorNeeded || (major === majorNeeded && minor >= minorNeeded);
  if (suffices) return { subject, verdict: 'good', says: `Node.js ${node}` };
  return {
    subject,
    verdict: 'bad',
    says: `Node.js ${node}, needed is ${nodeNeeded}`,
    next: 'Install a newer Node.js.',
  };
}

const numbersOf = (version: string): readonly number[] => (version.match(/\d+/g) ?? []).map(Number);

async function diagnoseEngine(tier: TierDefinition, { platform }: Machine): Promise<Diagnosis> {
  const subject = 'engine';
  let postgres: PostgresBinaries;
  try {
    postgres = await findPostgres(platform);
  } catch (error) {
    if (!isPolystoreError(error, 'ENGINE_MISSING')) throw error;
    return { subject, verdict: 'bad', says: error.message, ...(error.next !== undefined && { next: error.next }) };
  }
  const [major] = postgres.version.split('.');
  const others = Object.values(tier.stores)
    .filter(isRelational)
    .filter(({ version }) => version !== major);
  const says = `PostgreSQL ${postgres.version} on this machine`;
  if (others.length === 0) return { subject, verdict: 'good', says };
  const asked = others.map(({ name, version }) => `${name} asks for ${version}`).join(', ');
  return { subject, verdict: 'warning', says: `${says}, while ${asked}: what passes here is proven on ${major} only` };
}
