import { execFile } from 'node:child_process';
import { mkdir, statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { PolystoreError } from '../errors';

const run = promisify(execFile);

/** A file system so small that it can be filled. It lies in memory, and is seen by this process and those that it starts. */
export interface SmallDisk {
  readonly directory: string;
  /** Share of it that is free, in [0, 1]. */
  freeShare(): Promise<number>;
  /** What `modify-db-instance --allocated-storage` does on AWS: more room, without a restart. */
  growTo(sizeMiB: number): Promise<void>;
  remove(): Promise<void>;
}

/** A program by which a process starts another, or itself again, where it may mount: a mount namespace of its own, which ends with its last process. */
export const OWN_MOUNTS = { program: 'unshare', args: ['--user', '--map-root-user', '--mount', '--'] } as const;

/** Whether this system lets a process have mounts of its own. */
export async function canHaveOwnMounts(): Promise<boolean> {
  const { program, args } = OWN_MOUNTS;
  return run(program, [...args, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).then(
    () => true,
    () => false,
  );
}

/**
 * Mounts one. Only in a process that was started by {@link OWN_MOUNTS}: elsewhere everybody would see it.
 * @throws {PolystoreError} DRILL_REFUSED where this process may not mount
 */
export async function mountSmallDisk(directory: string, sizeMiB: number): Promise<SmallDisk> {
  await mkdir(directory, { recursive: true });
  const mount = (options: string): Promise<unknown> => run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory]);
  await mount(`size=${sizeMiB}m,mode=0700`).catch((cause: unknown) => {
    throw noSmallDisk(cause);
  });
  return {
    directory,
    freeShare: async () => {
      const { bavail, blocks } = await statfs(directory);
      return bavail / blocks;
    },
    growTo: async (grownMiB) => void (await mount(`remount,size=${grownMiB}m`)),
    remove: async () => void (await run('umount', [directory])),
  };
}

/** Why the drill can't be held here. */
export function noSmallDisk(cause?: unknown): PolystoreError<'DRILL_REFUSED'> {
  return new PolystoreError(
    'DRILL_REFUSED',
    'this system lets nobody mount a small disk (unshare --user --map-root-user --mount), so none can be filled',
    {
      details: { drill: 'storage' },
      next: 'Hold it on Linux with user namespaces; the other drills run everywhere.',
      cause,
    },
  );
}
