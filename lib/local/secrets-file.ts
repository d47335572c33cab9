import { randomBytes } from 'node:crypto';
import { isPolystoreError } from '../errors';
import { FileSecrets } from '../sources/file-secrets';
import type { Credentials } from '../sources/secrets';
import type { PlannedStore } from './other-engines';
import type { PlannedCluster } from './tier-plan';

/**
 * Name of the secret of the kit's own superuser on every server of a local tier: replicas stream by it, `status` asks with it, and drills
 * break things with it. It gives nothing to whoever can read the file, since the data beside it is theirs. AWS has nothing like it, so no
 * topology names it.
 */
export const SUPERVISOR_SECRET = 'supervisor';
export const SUPERVISOR_ROLE = 'polystore_supervisor';
const OWNER_ROLE = 'polystore_owner';
const SMOKE_ROLE = 'polystore_smoke';

/** 192 bits, in characters that need no quoting anywhere. */
const newPassword = (): string => randomBytes(24).toString('base64url');

/**
 * Gives every role of every cluster, and every user of other stores, a password: one that stands in the file is kept, one that is missing is made, one that nothing
 * names any more is dropped. The file is readable by its owner only.
 * @throws {PolystoreError} DOCUMENT_INVALID where the file holds something else
 */
export async function ensureSecrets(
  path: string,
  clusters: readonly PlannedCluster[],
  others: readonly PlannedStore[],
): Promise<Readonly<Record<string, Credentials>>> {
  const file = new FileSecrets(path);
  const secrets: Record<string, Credentials> = {};
  for (const [name, username] of rolesOf(clusters, others)) {
    const kept = await readKept(file, name);
    secrets[name] = { username, password: kept?.password ?? newPassword() };
  }
  for (const { given } of others) Object.assign(secrets, given);
  await file.write(secrets);
  return secrets;
}

/** Role name by secret name. */
function rolesOf(clusters: readonly PlannedCluster[], others: readonly PlannedStore[]): ReadonlyMap<string, string> {
  return new Map([
    [SUPERVISOR_SECRET, SUPERVISOR_ROLE],
    ...clusters.flatMap(({ secrets }): [string, string][] => [
      [secrets.owner, OWNER_ROLE],
      [secrets.smoke, SMOKE_ROLE],
      ...Object.entries(secrets.services).map(([service, name]): [string, string] => [name, service]),
    ]),
    ...others.flatMap(({ users }) => Object.entries(users)),
  ]);
}

async function readKept(file: FileSecrets, name: string): Promise<Credentials | undefined> {
  try {
    return await file.read(name);
  } catch (error) {
    if (isPolystoreError(error, 'DOCUMENT_MISSING')) return undefined;
    throw error;
  }
}
