/**
 * How long a server may take to answer a connection, in milliseconds, where the environment says (`POLYSTORE_PATIENCE_SECONDS`): one that pauses is
 * started by the first connection. Nothing where it doesn't: each function has its own figure then.
 */
export function patienceMs(env: Readonly<Record<string, string | undefined>>): number | undefined {
  const seconds = Number(env['POLYSTORE_PATIENCE_SECONDS']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}
