/** The subset of a Lambda's context that is used. */
export interface FunctionContext {
  getRemainingTimeInMillis(): number;
}

/** Kept for the answer: a function that is cut off tells nothing. */
const ANSWERING_MS = 5_000;

/** Aborted when a function must answer, whatever it knows by then; never where nobody counts its time. */
export const outOfTime = (context: FunctionContext | undefined): AbortSignal | undefined =>
  context && AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - ANSWERING_MS));
