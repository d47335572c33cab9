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

function memoryBytes(instanceClass: InstanceClass): number {
  return INSTANCE_CLASSES[instanceClass].memoryGiB * BYTES_PER_GIB;
}
