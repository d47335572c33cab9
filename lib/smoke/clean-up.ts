/**
 * Runs `work`, then `cleanUp`, whatever happened. What `work` found is never hidden by a clean-up that fails too: what stays behind then is
 * removed by a later run.
 */
export async function cleaningUp<T>(work: () => Promise<T>, cleanUp: () => Promise<unknown>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await cleanUp().catch(() => undefined);
    throw error;
  }
  await cleanUp();
  return result;
}
