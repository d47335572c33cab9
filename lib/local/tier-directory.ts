import { join } from 'node:path';
import type { PlannedServer } from './tier-plan';

/** Where a local tier keeps what: everything lies in one directory, `.polystore/<stage>` of a project. */
export interface TierDirectory {
  readonly root: string;
  /** `data/<store>/<server>`: one data directory a server. */
  readonly data: string;
  /** `log/<store>/<server>.log`: of this run; `.previous.log` of the one before. */
  readonly log: string;
  readonly tls: string;
  readonly topologyFile: string;
  readonly secretsFile: string;
  readonly stateFile: string;
}

export function tierDirectory(root: string): TierDirectory {
  return {
    root,
    data: join(root, 'data'),
    log: join(root, 'log'),
    tls: join(root, 'tls'),
    topologyFile: join(root, 'topology.json'),
    secretsFile: join(root, 'secrets.json'),
    stateFile: join(root, 'state.json'),
  };
}

/** The placement record of a sharded store. */
export const placementOf = (directory: TierDirectory, store: string): string =>
  join(directory.root, 'placement', store);

/** The key directory of a sharded store of that strategy. */
export const keyDirectoryOf = (directory: TierDirectory, store: string): string =>
  join(directory.root, 'key-directory', `${store}.jsonl`);

export const dataOf = (directory: TierDirectory, { label }: PlannedServer): string => join(directory.data, label);

export const logOf = (directory: TierDirectory, { label }: PlannedServer): string =>
  join(directory.log, `${label}.log`);
