import { execFile } from 'node:child_process';
import { chownSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { PolystoreError } from '../errors';

/**
 * As whom the servers run: PostgreSQL refuses to run as root, and as a user whom the system has no name for.
 *
 * - `self`: as this process's own user.
 * - `userNamespace`: this process's user, who appears as another one inside (Linux). Files stay its own, so any directory will do.
 * - `setuid`: another user of the system; for root where user namespaces are forbidden, as in most containers.
 */
export type Identity =
  | { readonly kind: 'self' }
  | { readonly kind: 'userNamespace'; readonly uid: number; readonly gid: number }
  | { readonly kind: 'setuid'; readonly user: string; readonly uid: number; readonly gid: number };

/** A program to run, ready for `spawn`. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: { readonly env: Readonly<Record<string, string>>; readonly uid?: number; readonly gid?: number };
}

/**
 * All that engines see of the environment: a user's PGDATA or PGPASSWORD must not reach them, and messages are matched in English.
 */
export const ENGINE_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
} as const;

let found: Identity | undefined;

/**
 * The first identity that works here: `self` for a user with a name, else a user namespace, else, for root, `postgres` or `nobody`. Tried once a process.
 * @throws {PolystoreError} ENGINE_FAILED where none does
 */
export async function findIdentity(): Promise<Identity> {
  return (found ??= await tryIdentities());
}

async function tryIdentities(): Promise<Identity> {
  const uid = process.geteuid?.() ?? -1;
  if (uid !== 0 && hasName()) return { kind: 'self' };
  const users = await readUsers();
  const mapped = users.find(({ name }) => name === 'nobody') ?? users.find((user) => user.uid !== 0);
  const namespace: Identity | undefined = mapped && { kind: 'userNamespace', uid: mapped.uid, gid: mapped.gid };
  if (namespace && (await works(namespace))) return namespace;
  const unprivileged = users.find(({ name }) => name === 'postgres') ?? mapped;
  if (uid === 0 && unprivileged) return setuidTo(unprivileged);
  throw new PolystoreError(
    'ENGINE_FAILED',
    `PostgreSQL can't run as uid ${uid}, and this system allows no user namespaces (unshare --user --map-user) to give it another`,
    {
      details: { server: 'postgres', log: '' },
      next:
        uid === 0
          ? 'Create a user named postgres, or run as a user other than root.'
          : 'Run as a user that /etc/passwd knows, or as root.',
    },
  );
}

/** `program` and its arguments as this identity runs them. */
export function commandAs(identity: Identity, program: string, args: readonly string[]): Command {
  const env = ENGINE_ENVIRONMENT;
  switch (identity.kind) {
    case 'self':
      return { file: program, args, options: { env } };
    case 'userNamespace': {
      const map = ['--user', `--map-user=${identity.uid}`, `--map-group=${identity.gid}`];
      return { file: 'unshare', args: [...map, '--', program, ...args], options: { env } };
    }
    case 'setuid':
      return { file: program, args, options: { env, uid: identity.uid, gid: identity.gid } };
  }
}

/** Makes a file or directory of this process belong to the servers. */
export function giveTo(identity: Identity, path: string): void {
  if (identity.kind === 'setuid') chownSync(path, identity.uid, identity.gid);
}

interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const setuidTo = ({ name, uid, gid }: SystemUser): Identity => ({ kind: 'setuid', user: name, uid, gid });

/** Whether the system has a name for this process's user, wherever it keeps them. */
function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** The users of this machine itself; root needs one of them only. */
async function readUsers(): Promise<readonly SystemUser[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

async function works(identity: Identity): Promise<boolean> {
  const { file, args, options } = commandAs(identity, 'id', ['-u']);
  try {
    const { stdout } = await promisify(execFile)(file, [...args], { ...options, cwd: '/' });
    return identity.kind === 'userNamespace' && Number(stdout) === identity.uid;
  } catch {
    return false;
  }
}
