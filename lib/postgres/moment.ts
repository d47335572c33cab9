/** A point in time on both clocks of a machine. */
export interface Moment {
  readonly wallMs: number;
  readonly steadyMs: number;
}

export const momentNow = (): Moment => ({ wallMs: Date.now(), steadyMs: performance.now() });

/**
 * Milliseconds since `moment`, by the clock that went further: the steady clock of a machine that is frozen as a whole, as one of AWS Lambda
 * is between two calls, may stand still, and the wall clock may be set back. One that is set forward makes it too long.
 */
export function elapsedMsSince({ wallMs, steadyMs }: Moment): number {
  return Math.max(Date.now() - wallMs, performance.now() - steadyMs);
}
