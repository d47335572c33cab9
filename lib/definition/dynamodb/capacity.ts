export interface OnDemandOptions {
  /** Reads a second, in units of 4 KiB, beyond which DynamoDB refuses: 1 to 40000. @default - as many as the account may have */
  readonly maxReads?: number;
  /** Writes a second, in units of 1 KiB, likewise. @default - as many as the account may have */
  readonly maxWrites?: number;
}

/** Paid by the request. */
export interface OnDemand extends OnDemandOptions {
  readonly kind: 'onDemand';
}

/** Units a second between which a table scales by itself: 1 to 40000. */
export interface UnitsRange {
  /** Units that the table always has. */
  readonly min: number;
  /** `min` at least. */
  readonly max: number;
}

export interface ProvisionedOptions {
  /** Units of 4 KiB. */
  readonly reads: UnitsRange;
  /** Units of 1 KiB. */
  readonly writes: UnitsRange;
  /** Share of the units in use that is aimed at, 20 to 90. @default 70 */
  readonly utilizationPercent?: number;
}

/** Paid by the hour: cheaper where the load is steady. */
export interface Provisioned extends ProvisionedOptions {
  readonly kind: 'provisioned';
}

export type TableCapacity = OnDemand | Provisioned;

/** With every default filled in. */
export type TableCapacityDefinition = OnDemand | Required<Provisioned>;

/** A table that is paid by the request and takes whatever load comes, up to a limit where one is said. */
export const onDemand = (options: OnDemandOptions = {}): OnDemand => ({ ...options, kind: 'onDemand' });

/** A table with so many reads and writes a second, which scales between two figures. */
export const provisioned = (options: ProvisionedOptions): Provisioned => ({ ...options, kind: 'provisioned' });
