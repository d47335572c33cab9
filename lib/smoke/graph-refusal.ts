/**
 * What servers that only read say of a write, in code or message: Neptune of its readers, Neo4j of a read-only database and of a member that does not lead.
 * Neptune's code is the same for all its exceptions, so its words count.
 * @see https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-exceptions.html
 * @see https://neo4j.com/docs/status-codes/current/errors/all-errors/
 */
const READ_ONLY = /read-?only (replica|violation)|ReadOnlyViolation|ForbiddenOnReadOnlyDatabase|NotALeader/i;

/** How a server that only reads refused a write; undefined where `error` says anything else, such as that nobody answered. */
export function writeRefusal(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? String(error.code) : '';
  return READ_ONLY.test(`${code} ${error.message}`) ? code || error.message : undefined;
}
