import type { BackupDescriber } from '../sources/described-backups';
import type { Topology } from '../topology';
import { BACKUPS_PROMISE, proveBackups, SNAPSHOTS_PROMISE } from './backups';
import { SmokeFailure, SmokeSkip, type Check } from './check';
import { reasonOf } from './run-check';

/** Stores that the deployment promises to back up, and who says of their backups. */
export interface BackupPromises {
  readonly stores: readonly string[];
  /** As people call who is asked: `RDS`. */
  readonly service: 'RDS' | 'ElastiCache';
  readonly describe: BackupDescriber;
}

export interface BackupsOf {
  readonly store: string;
  /** By which its service knows it. */
  readonly host: string;
  readonly world: Topology['world'];
  /** Absent where nobody can be asked. */
  readonly promises: BackupPromises | undefined;
  /** Why nobody could tell, whatever is promised. @default - somebody could */
  readonly untold?: string;
}

/** That the backups of a store come, by what its own service says. */
export function backupsCome({ store, host, world, promises, untold }: BackupsOf): Check {
  return {
    name: 'backups-current',
    store,
    subject: store,
    promise: promises?.service === 'ElastiCache' ? SNAPSHOTS_PROMISE : BACKUPS_PROMISE,
    run: async () => {
      if (world === 'local') throw new SmokeSkip('needs AWS');
      if (untold !== undefined) throw new SmokeSkip(untold);
      if (promises === undefined) {
        throw new SmokeSkip('this stage pays for no way to ask: the synthesized template is checked for it instead');
      }
      const { stores, service, describe } = promises;
      if (!stores.includes(store)) throw new SmokeSkip('the definition asks for no backups');
      const server = await describe(host).catch((error: unknown) => {
        throw new SmokeSkip(`${service} could not be asked: ${reasonOf(error)}`);
      });
      if (server === undefined) throw new SmokeFailure(`${service} knows nothing of ${host}`);
      return proveBackups([{ label: store, server }], Date.now());
    },
  };
}

/** What a deployment wrote, as in `sessions pages`; undefined where it wrote nothing, since nobody can be asked. */
export const promisedBackups = (
  text: string | undefined,
  asked: Omit<BackupPromises, 'stores'>,
): BackupPromises | undefined =>
  text === undefined ? undefined : { ...asked, stores: text.split(' ').filter((name) => name !== '') };
