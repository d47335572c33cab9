import type { DocumentDbClass, DocumentDbElasticVcpu, DocumentDbVersion } from '../../catalog';
import type { ExistingKey } from '../stores/existing-key';
import type { BackupDefinition, BackupOptions, MaintenanceDefinition, MaintenanceOptions } from '../postgres/store';

/** How far a serverless server scales, in units of 2 GiB memory each, in steps of 0.5: 0.5 to 256. */
export interface DcuRange {
  /** A server never has less, however little it does. */
  readonly minDcu: number;
  /** `minDcu` at least. */
  readonly maxDcu: number;
}

/** An elastic cluster: DocumentDB spreads collections over shards by itself. */
export interface ScaleOutOptions {
  /** 1 to 32. Can be changed while the cluster runs. */
  readonly shards: number;
  /** Of every server: 2, 4, 8, 16, 32 or 64. */
  readonly vcpu: DocumentDbElasticVcpu;
  /** Servers of a shard, the first of which takes writes: 1 to 16. @default 1 in a disposable stage, 2 in a protected one, which has 2 at least */
  readonly servers?: number;
}

export interface DocumentDbOptions {
  /** Version of DocumentDB. @default '5.0' */
  readonly version?: DocumentDbVersion;
  /** Instance class without `db.`, as in `r6g.large`. @default 't4g.medium' in a disposable stage, 'r6g.large' in a protected one */
  readonly class?: DocumentDbClass;
  /** Servers that scale by themselves, instead of a class; where a stage and a store say one each, the stage wins. @default - servers of a class */
  readonly capacity?: DcuRange;
  /** Servers beside the first, which answer reads and take over from it: 0 to 15. @default 0 in a disposable stage, 1 in a protected one, which has 1 at least */
  readonly readers?: number;
  /** An elastic cluster instead of one with a class or a capacity, readers and logs. @default - one writer holds everything */
  readonly scaleOut?: ScaleOutOptions;
  /** Operations slower than this are logged, in milliseconds; 50 at least. @default 1000 */
  readonly slowOperationMs?: number;
  /** Automatic backups, from which any second can be restored. @default - every field's own */
  readonly backup?: BackupOptions;
  /** When AWS maintains the servers. @default - every field's own */
  readonly maintenance?: MaintenanceOptions;
  /** Encrypts everything that the store keeps. @default - the stage's, else a key that the kit makes */
  readonly encryptionKey?: ExistingKey;
}

/** What a stage may change: everything that does not change what the store is. */
export type DocumentDbOverrides = Omit<DocumentDbOptions, 'version'>;

export interface DocumentDb extends DocumentDbOptions {
  readonly kind: 'documentdb';
}

/** What its servers are. */
export type DocumentDbServers =
  | { readonly kind: 'instances'; readonly class: DocumentDbClass; readonly readers: number }
  | { readonly kind: 'serverless'; readonly capacity: DcuRange; readonly readers: number }
  | {
      readonly kind: 'elastic';
      readonly shards: number;
      readonly vcpu: DocumentDbElasticVcpu;
      readonly servers: number;
    };

export interface DocumentDbDefinition {
  readonly kind: 'documentdb';
  readonly name: string;
  readonly version: DocumentDbVersion;
  readonly servers: DocumentDbServers;
  /** Elastic clusters log nothing. */
  readonly slowOperationMs: number;
  readonly backup: BackupDefinition;
  readonly maintenance: MaintenanceDefinition;
  /** A key of somebody else. Absent where the kit makes one. */
  readonly encryptionKeyArn?: string;
}

/** A store of documents, asked with clients of MongoDB: DocumentDB on AWS. Always with TLS and a user a service. */
export function documentdb(options: DocumentDbOptions = {}): DocumentDb {
  return { ...options, kind: 'documentdb' };
}
