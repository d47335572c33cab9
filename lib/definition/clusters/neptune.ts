import type { NeptuneClass, NeptuneVersion } from '../../catalog';
import type { ExistingKey } from '../stores/existing-key';
import type { BackupDefinition, BackupOptions, MaintenanceDefinition, MaintenanceOptions } from '../postgres/store';

/** How far a serverless server scales, in units of 2 GiB memory each, in steps of 0.5. */
export interface NcuRange {
  /** A server never has less, however little it does. 1 to 128. */
  readonly minNcu: number;
  /** `minNcu` at least. 2.5 to 128. */
  readonly maxNcu: number;
}

export interface NeptuneOptions {
  /** Version of Neptune's engine. @default '1.4.6.1' */
  readonly version?: NeptuneVersion;
  /** Instance class without `db.`, as in `r6g.large`. @default 't4g.medium' in a disposable stage, 'r6g.large' in a protected one */
  readonly class?: NeptuneClass;
  /** Servers that scale by themselves, instead of a class; where a stage and a store say one each, the stage wins. @default - servers of a class */
  readonly capacity?: NcuRange;
  /** Servers beside the first, which answer reads and take over from it: 0 to 15. @default 0 in a disposable stage, 1 in a protected one, which has 1 at least */
  readonly readers?: number;
  /** Queries slower than this are logged, in milliseconds. @default 1000 */
  readonly slowQueryMs?: number;
  /** Automatic backups, from which any second can be restored. @default - every field's own */
  readonly backup?: BackupOptions;
  /** When AWS maintains the servers. @default - every field's own */
  readonly maintenance?: MaintenanceOptions;
  /** Encrypts everything that the store keeps. @default - the stage's, else a key that the kit makes */
  readonly encryptionKey?: ExistingKey;
}

/** What a stage may change: everything that does not change what the store is. */
export type NeptuneOverrides = Omit<NeptuneOptions, 'version'>;

export interface Neptune extends NeptuneOptions {
  readonly kind: 'neptune';
}

/** What its servers are. */
export type NeptuneServers =
  | { readonly kind: 'instances'; readonly class: NeptuneClass; readonly readers: number }
  | { readonly kind: 'serverless'; readonly capacity: NcuRange; readonly readers: number };

export interface NeptuneDefinition {
  readonly kind: 'neptune';
  readonly name: string;
  readonly version: NeptuneVersion;
  readonly servers: NeptuneServers;
  readonly slowQueryMs: number;
  readonly backup: BackupDefinition;
  readonly maintenance: MaintenanceDefinition;
  /** A key of somebody else. Absent where the kit makes one. */
  readonly encryptionKeyArn?: string;
}

/** A store of graphs, asked in openCypher or Gremlin: Neptune on AWS. Always with TLS, and by roles of IAM only. */
export function neptune(options: NeptuneOptions = {}): Neptune {
  return { ...options, kind: 'neptune' };
}
