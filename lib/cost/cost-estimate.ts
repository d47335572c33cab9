import type { UNKNOWN_PRICE } from '../catalog';
import type { ResourceType } from '../inventory';

export const COST_ESTIMATE_VERSION = 1;

/** US dollars, or the word that says that nobody knows: never to be read as zero. */
export type Usd = number | typeof UNKNOWN_PRICE;

/** One thing that AWS bills. */
export interface CostLine {
  /** What is billed, for a person: `db.t4g.medium, Single-AZ`. */
  readonly item: string;
  /** The type of the resources that it is billed for, and how many of them there are. */
  readonly resource: ResourceType;
  readonly resources: number;
  /** `time`: for being there. `use`: for what is done with it, of which an estimate counts nothing. */
  readonly billedBy: 'time' | 'use';
  /** Of `unit`, a month. */
  readonly quantity: number;
  readonly unit: string;
  readonly usdPerUnit: Usd;
  /** To the cent. */
  readonly monthlyUsd: Usd;
  /** Where the price was read and when that was published; absent where the price is unknown. */
  readonly source?: string;
  readonly date?: string;
}

/** What a store, the network or the access of services costs. */
export interface CostOfPart {
  /** A store's name, `network` or `access`. */
  readonly part: string;
  readonly lines: readonly CostLine[];
  /** Of all lines whose price is known, to the cent. */
  readonly monthlyUsd: number;
  /** A line that is billed by time has no known price: the part costs more than `monthlyUsd`. */
  readonly atLeast: boolean;
}

/** What a stage of a tier costs a month, as far as prices are known: an estimate for a review, no offer. */
export interface CostEstimate {
  /** Version of this format. */
  readonly version: typeof COST_ESTIMATE_VERSION;
  readonly tier: string;
  readonly stage: string;
  readonly currency: 'USD';
  /** Where the prices hold. */
  readonly priceRegion: string;
  /** Where the stage is deployed; absent where whoever deploys decides. */
  readonly region?: string;
  readonly hoursAMonth: number;
  /** Publication dates of the oldest and newest price that was used. */
  readonly pricesFrom: { readonly oldest: string; readonly newest: string };
  /** What the figures take for granted, a sentence each. */
  readonly assumptions: readonly string[];
  readonly parts: readonly CostOfPart[];
  readonly monthlyUsd: number;
  /** A line that is billed by time has no known price: the stage costs more than `monthlyUsd`. */
  readonly atLeast: boolean;
  /** Everything without a known price, what is billed by time first. */
  readonly unknown: readonly { readonly part: string; readonly item: string; readonly billedBy: 'time' | 'use' }[];
}
