import {
  CreateTableCommand,
  DynamoDBClient,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dynamodb, parseTier } from '../../lib/definition';
import { DYNAMODB_STAND_IN, startDynamoDb } from '../../lib/local/dynamodb';
import { onFreshPorts, startInRoom, type RunningEngine } from '../../lib/local/engine-room';
import { planOtherStores, type PlannedStore } from '../../lib/local/other-engines';
import { findFreePorts } from '../../lib/local/ports';
import { dataOf } from '../../lib/local/tier-directory';
import type { PlannedServer } from '../../lib/local/tier-plan';
import { dynamoDbChecks } from '../../lib/smoke/dynamodb';
import { provesDynamoDb } from '../../lib/smoke/dynamodb-store';
import { TierUnderTest } from '../../lib/smoke/tier-under-test';
import type { DynamoDbTopology } from '../../lib/topology';
import type { Proof, Stage } from './proof';
import { provideJava, type JavaEngine } from './provide-java';

const ENGINES = join(__dirname, 'engines');

/** AWS's own program for tests, which has transactions and expiry. */
export const proveDynamoDb: Proof<JavaEngine> = {
  kind: 'dynamodb',
  provide: (provision) =>
    provideJava(
      {
        name: 'dynamodb-local',
        project: join(ENGINES, 'dynamodb-local.xml'),
        artifact: 'DynamoDBLocal',
        sources: [join(ENGINES, 'LoopbackDynamoDb.java')],
      },
      provision,
    ),
  describe: ({ version }) => `DynamoDB Local ${version}`,
  prove: async (stage, engine) => {
    const start = (server: PlannedServer) => startDynamoDbLocal(stage, engine, server);
    await proveEngine(stage, serverOf('carts'), start, { engine: proveDynamoDb.describe(engine), lacks: [] });
    await proveGiven(stage, await start(serverOf('given')));
  },
};

/** As a tier of this machine has it whose store is named by the URL of that server: nothing of what a definition asks for is lacking there. */
async function proveGiven({ room, prove, signal }: Stage, { port, process }: RunningEngine): Promise<void> {
  const store = dynamodb({
    partitionKey: 'user_id',
    sortKey: { name: 'cart_id', type: 'number' },
    indexes: { byState: { partitionKey: 'state' } },
    timeToLive: 'expires_at',
  });
  const definition = parseTier({ name: 'given', stages: { dev: { profile: 'disposable' } }, stores: { carts: store } });
  try {
    const { planned } = await planOtherStores(definition, '', { carts: `http://127.0.0.1:${port}` });
    const [carts] = planned as [PlannedStore];
    await carts.start(room, {}, signal);
    const topology = carts.topology(() => port) as DynamoDbTopology;
    const underTest = new TierUnderTest({
      topology: {
        version: 1,
        tier: definition.name,
        stage: definition.stage.name,
        world: 'local',
        trust: { kind: 'file', path: room.tls.authority },
        stores: { carts: topology },
        services: {},
      },
      timeoutMs: 8_000,
    });
    try {
      // What no emulator has is skipped; all else is proven.
      const checks = provesDynamoDb(underTest).dynamodb('carts', topology);
      await prove(
        'by its URL',
        checks.filter(({ name }) => !['refuses-strangers', 'refuses-plaintext', 'backups-current'].includes(name)),
      );
    } finally {
      await underTest.close();
    }
  } finally {
    await process.stop();
  }
}

/** What the local tier runs. */
export const proveDynalite: Proof<typeof DYNAMODB_STAND_IN> = {
  kind: 'dynalite',
  provide: () => Promise.resolve(DYNAMODB_STAND_IN),
  describe: ({ engine, label }) => `${engine} (${label})`,
  prove: (stage, { lacks }) =>
    proveEngine(stage, serverOf('baskets'), (server) => startDynamoDb(stage.room, server, stage.signal), {
      engine: proveDynalite.describe(DYNAMODB_STAND_IN),
      lacks,
    }),
};

const serverOf = (store: string): PlannedServer => ({ store, name: 'table', label: `${store}/table`, role: 'primary' });

async function startDynamoDbLocal(
  { room, signal }: Stage,
  { java, directory }: JavaEngine,
  server: PlannedServer,
): Promise<RunningEngine> {
  const data = dataOf(room.directory, server);
  await mkdir(data, { recursive: true, mode: 0o700 });
  return onFreshPorts(room, async () => {
    const port = (await findFreePorts(1))[0] as number;
    const [lib, classes] = [join(directory, 'lib'), join(directory, 'classes')];
    const options = ['-port', String(port), '-dbPath', data, '-sharedDb', '-disableTelemetry'];
    const args = [`-Djava.library.path=${lib}`, '-cp', `${classes}:${lib}/*`, 'LoopbackDynamoDb', ...options];
    return startInRoom(room, server, { program: java, args, port, ready: /listening on the loopback address/ }, signal);
  });
}

const INDEX = 'by-state';

async function proveEngine(
  { prove, signal }: Stage,
  { store, ...server }: PlannedServer,
  start: (server: PlannedServer) => Promise<RunningEngine>,
  { engine, lacks }: { readonly engine: string; readonly lacks: readonly string[] },
): Promise<void> {
  const running = await start({ store, ...server });
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${running.port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'conformance', secretAccessKey: 'conformance' },
  });
  try {
    await createTable(client, store, lacks, signal);
    await prove(
      engine,
      dynamoDbChecks({
        store,
        table: store,
        partitionKey: { name: 'user_id', type: 'string' },
        sortKey: { name: 'cart_id', type: 'number' },
        indexes: { [INDEX]: { partitionKey: { name: 'state', type: 'string' } } },
        timeToLive: 'expires_at',
        client: () => Promise.resolve(client),
        lacks,
        engine,
      }),
    );
  } finally {
    client.destroy();
    await running.process.stop();
  }
}

async function createTable(
  client: DynamoDBClient,
  name: string,
  lacks: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'user_id', AttributeType: 'S' },
        { AttributeName: 'cart_id', AttributeType: 'N' },
        { AttributeName: 'state', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'user_id', KeyType: 'HASH' },
        { AttributeName: 'cart_id', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: INDEX,
          KeySchema: [{ AttributeName: 'state', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
    { abortSignal: signal },
  );
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { TableName: name });
  if (lacks.includes('expiry')) return;
  const TimeToLiveSpecification = { AttributeName: 'expires_at', Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }), { abortSignal: signal });
}
