/** pg's errors arise where the socket is read: this gives them the stack of whoever waits for them. */
export function tracedToCaller(error: unknown): unknown {
  if (error instanceof Error) Error.captureStackTrace(error, tracedToCaller);
  return error;
}
