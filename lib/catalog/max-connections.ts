import { INSTANCE_CLASSES, type InstanceClass } from './instance-classes';
import { LIMITS } from './limits';

const BYTES_PER_GIB = 2 ** 30;

/**
 * Share of a class's nominal memory that the default counts on.
 *
 * AWS's formula divides `DBInstanceClassMemory`, which is the nominal memory less what the operating system and RDS take; AWS
 * publishes no figure for that. Its own example (db.r4.large, 15.25 GiB: 1600 connections) comes to 93 % of the nominal memory and
 * smaller classes keep less, so 85 % stays below it. That makes this an estimate, and a cautious one: it was not measured on each class.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Managing.html
 */
export const USABLE_MEMORY_SHARE = 0.85;

/**
 * The `max_connections` that the kit sets on a server of this class unless told otherwise: AWS's default formula on 85 % of the
 * nominal memory, at most 5000.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
 */
export function maxConnectionsFor(instanceClass: InstanceClass): number {
  const usable = memoryBytes(instanceClass) * USABLE_MEMORY_SHARE;
  return Math.min(Math.floor(usable / LIMITS.bytesPerConnection.value), LIMITS.maxConnectionsDefaultCap.value);
}

/**
 * The most connections that this class can hold: the same formula on all of the nominal memory, without the cap of AWS's default.
 * An upper bound, since part of that memory is not PostgreSQL's.
 */
export function maxConnectionsCeilingFor(instanceClass: InstanceClass): number {
  const ceiling = Math.floor(memoryBytes(instanceClass) / LIMITS.bytesPerConnection.value);
  return Math.min(ceiling, LIMITS.maxConnectionsSettable.value);
}

/** How far a serverless server scales, in ACU of 2 GiB each. */
export interface AcuRange {
  readonly minAcu: number;
  readonly maxAcu: number;
}

/**
 * Connections of a serverless Aurora PostgreSQL server by its maximum of ACU, AWS's own defaults; from 32 ACU on the cap.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
 */
const CONNECTIONS_BY_MAX_ACU: readonly (readonly [maxAcu: number, connections: number])[] = [
  [1, 189],
  [4, 823],
  [8, 1669],
  [16, 3360],
  [32, LIMITS.maxConnectionsDefaultCap.value],
];

/** The `max_connections` that the kit sets on a serverless server unless told otherwise: AWS's figure for the next smaller range that has one. */
export function maxConnectionsForAcu({ minAcu, maxAcu }: AcuRange): number {
  const fitting = CONNECTIONS_BY_MAX_ACU.findLast(([acu]) => acu <= maxAcu);
  return Math.min(fitting?.[1] ?? LEAST_CONNECTIONS, capOfMinimum(minAcu));
}

/** The most connections that a serverless server can hold at its maximum; an upper bound, as {@link maxConnectionsCeilingFor}. */
export function maxConnectionsCeilingForAcu({ minAcu, maxAcu }: AcuRange): number {
  const bytes = maxAcu * LIMITS.gibPerAcu.value * BYTES_PER_GIB;
  return Math.min(Math.floor(bytes / LIMITS.bytesPerConnection.value), capOfMinimum(minAcu));
}

/** Of a server that never has more than half an ACU: half of what one ACU gives. */
const LEAST_CONNECTIONS = 94;

const capOfMinimum = (minAcu: number): number =>
  minAcu <= LIMITS.serverlessAcuMin.value ? LIMITS.maxConnectionsAtHalfAcu.value : LIMITS.maxConnectionsSettable.value;

function memoryBytes(instanceClass: InstanceClass): number {
  return INSTANCE_CLASSES[instanceClass].memoryGiB * BYTES_PER_GIB;
}
