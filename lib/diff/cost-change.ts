import type { CostEstimate } from '../cost';

/** What something costs a month, before and after. */
export interface CostChange {
  readonly beforeUsd: number;
  readonly afterUsd: number;
  /** Something of either side has no known price: the figures are the least that it costs. */
  readonly atLeast: boolean;
}

/** The cost of a part on both sides, or of the whole stage; `undefined` where a side was not estimated. */
export function costOf(
  before: CostEstimate | undefined,
  after: CostEstimate | undefined,
  part?: string,
): CostChange | undefined {
  if (before === undefined || after === undefined) return undefined;
  const [old, now] = [before, after].map((estimate) =>
    part === undefined ? estimate : (estimate.parts.find((known) => known.part === part) ?? NOTHING),
  );
  return {
    beforeUsd: old?.monthlyUsd ?? 0,
    afterUsd: now?.monthlyUsd ?? 0,
    atLeast: old?.atLeast === true || now?.atLeast === true,
  };
}

const NOTHING = { monthlyUsd: 0, atLeast: false };

/** `+$148/month`, `-$12/month`; empty where the cost stays. */
export function renderCostChange(cost: CostChange | undefined): string {
  if (cost === undefined) return '';
  const difference = Math.round(cost.afterUsd - cost.beforeUsd);
  if (difference === 0) return '';
  const amount = `$${Math.abs(difference).toLocaleString('en-US')}/month`;
  return `${difference > 0 ? '+' : '-'}${amount}${cost.atLeast ? ' at least' : ''}`;
}
