import type { Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { ServerAccess } from '../../constructs';
import type { KeyDirectoryTopology, PostgresPart } from '../topology';
import type { StoreLogins } from './store-logins';

/** A synthesized store, as the stacks after it see it. It knows none of them. */
export interface Store {
  readonly name: string;
  /** In the order in which they deploy. */
  readonly stacks: readonly Stack[];
  readonly key: kms.IKey;
  /** Where its clients connect to: the group of all its servers, and the TCP port of every one. None where AWS's own API stands before the data. */
  readonly servers?: Omit<ServerAccess, 'name'>;
  /** Names of the stacks that hold shards; none for a store that isn't sharded. */
  readonly shardStacks: readonly string[];
  /**
   * Its servers, as policies of `rds-db:connect` name them: `primary` and each replica, or each shard with all its servers. None where they are
   * somebody else's.
   */
  readonly resourceIds?: Readonly<Record<string, string>>;
  /** Roles that own its databases. None where they are somebody else's. */
  readonly owners?: readonly string[];
  /** Of a store that is a cache: whether it has no nodes of its own. */
  readonly cache?: { readonly serverless: boolean };
  /** ARN of the secret of the owner, where the owner changes his own password on a schedule. */
  readonly rotatedOwner?: string;
  /** What its clients log in with, where only the service that runs it makes users, and the cache or database is born with them. */
  readonly logins?: StoreLogins;
  /** Of a store that is a table: its name and those of its indexes, and whether all of them are partitioned by text. */
  readonly table?: { readonly name: string; readonly indexes: readonly string[]; readonly hasTextKeys: boolean };
  /** Of a store that is a graph: name of the parameter that holds what policies call its cluster. */
  readonly graph?: { readonly idParameter: string };
  /** Of a store that is an elastic cluster of documents: its ARN, which ends with the id by which CloudWatch knows it. */
  readonly elasticClusterArn?: string;
  /** What the topology says of it; of a store of kind `postgres` only. */
  readonly postgres?: PostgresPart;
  /** ARN of the owner's secret, where the database is somebody else's and so is the secret. */
  readonly importedSecret?: string;
  /** Where the placement of a sharded store lives. */
  readonly placement?: Pick<dynamodb.ITable, 'tableArn'>;
  /** Where the keys of a sharded store are assigned, if its strategy is `directory`. */
  readonly keyDirectory?: Pick<dynamodb.ITable, 'tableArn'> & { readonly newKeys: KeyDirectoryTopology['newKeys'] };
}
