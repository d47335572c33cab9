import { connectDynamoDb, refuseWrites, type TableClient, type TableClientOptions } from '../dynamodb';
import { PolystoreError } from '../errors';
import type { DynamoDbTopology } from '../topology';
import type { DynamoDbHandle } from './dynamodb-handle';
import { requireAccess, type Grant } from './grant';
import type { Lifetime } from './lifetime';

/** What opening a table needs of its router. */
export interface DynamoDbStoreContext {
  readonly lifetime: Lifetime;
  readonly dynamodb: TableClientOptions;
}

interface Clients {
  readonly all: TableClient;
  /** Sends reads only. */
  readonly reads: TableClient;
}

/** A store of kind `dynamodb` in use. */
export class DynamoDbStore implements DynamoDbHandle {
  readonly kind = 'dynamodb';
  readonly store: string;

  private constructor(
    private readonly context: DynamoDbStoreContext,
    private readonly grant: Grant,
    private topology: DynamoDbTopology,
    private readonly clients: Clients,
  ) {
    this.store = grant.store;
  }

  /** Opens no connection. */
  static async open(context: DynamoDbStoreContext, grant: Grant, topology: DynamoDbTopology): Promise<DynamoDbStore> {
    const [all, reads] = await Promise.all([
      connectDynamoDb(topology, context.dynamodb),
      connectDynamoDb(topology, context.dynamodb),
    ]);
    return new DynamoDbStore(context, grant, topology, {
      all,
      reads: refuseWrites(reads, (command) => notARead(grant, command)),
    });
  }

  get table(): string {
    return this.topology.table;
  }

  client(): TableClient {
    requireAccess(this.grant, 'write');
    this.context.lifetime.check(this.store);
    return this.clients.all;
  }

  readClient(): TableClient {
    requireAccess(this.grant, 'read');
    this.context.lifetime.check(this.store);
    return this.clients.reads;
  }

  /** Another topology of the same table: clients are of a region, and name the table at each request. */
  refresh(topology: DynamoDbTopology): void {
    this.topology = topology;
  }

  close(): Promise<void> {
    this.clients.all.destroy();
    this.clients.reads.destroy();
    return Promise.resolve();
  }
}

function notARead({ service, store }: Grant, command: string): PolystoreError<'ACCESS_REFUSED'> {
  return new PolystoreError('ACCESS_REFUSED', `${command} is not a read of store "${store}"; nothing was sent`, {
    details: { service: service ?? '', store, access: 'write' },
    next: 'Send it by client(), which a service has that may write.',
  });
}
