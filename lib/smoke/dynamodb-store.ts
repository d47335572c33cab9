import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { DynamoDbTopology, EmulatorGap } from '../topology';
import { BACKUPS_PROMISE, proveBackups } from './backups';
import { SmokeFailure, SmokeSkip, type Check } from './check';
import { Contact, onceAnswered } from './contact';
import { dynamoDbChecks } from './dynamodb';
import type { Proves } from './prove-stores';
import type { TierUnderTest } from './tier-under-test';

/** What an emulator lacks whose topology does not say it. */
const EMULATOR_LACKS: readonly EmulatorGap[] = ['transactions', 'expiry'];

/** What an emulator asks for and does not look at. */
const EMULATED = { region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } } as const;

/** What proves stores of kind `dynamodb`, as the topology describes them. */
export const provesDynamoDb: Proves<'dynamodb'> = (tier) => ({
  dynamodb: (name, store) => checksOf(tier, name, store),
});

function checksOf(tier: TierUnderTest, name: string, store: DynamoDbTopology): readonly Check[] {
  const { table, partitionKey, sortKey, indexes, timeToLive, emulator } = store;
  let opened: Promise<DynamoDBClient> | undefined;
  const client = () =>
    (opened ??= clientOf(tier, emulator === undefined ? {} : { endpoint: emulator.url, ...EMULATED }));
  tier.onClose(
    () =>
      void opened?.then(
        (open) => open.destroy(),
        () => undefined,
      ),
  );
  const contact = new Contact({
    label: name,
    ...(emulator !== undefined && { endpoint: addressOf(emulator.url) }),
    ask: async () => (await client()).send(new (await sdk()).DescribeTableCommand({ TableName: table })),
    timeoutMs: tier.timeoutMs,
  });
  const checks = [
    ...dynamoDbChecks({
      store: name,
      table,
      partitionKey,
      ...(sortKey !== undefined && { sortKey }),
      indexes: Object.fromEntries(indexes.map(({ name: index, ...keys }) => [index, keys])),
      ...(timeToLive !== undefined && { timeToLive }),
      client,
      lacks: emulator === undefined ? [] : (emulator.lacks ?? EMULATOR_LACKS),
      engine: emulator === undefined ? 'DynamoDB' : 'an emulator of DynamoDB',
    }),
    refusesStrangers(tier, name, store),
    refusesPlaintext(tier, name, store),
    backupsCome(name, store, client),
  ];
  return onceAnswered(checks, [contact], tier.topology.world);
}

function addressOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

const sdk = () => import('@aws-sdk/client-dynamodb');

async function clientOf({ timeoutMs }: TierUnderTest, config: DynamoDBClientConfig): Promise<DynamoDBClient> {
  const { DynamoDBClient } = await sdk();
  // It asks three times, and all of them have to end in time.
  const attemptMs = Math.round(timeoutMs / 4);
  const requestHandler = { connectionTimeout: attemptMs, requestTimeout: attemptMs, throwOnRequestTimeout: true };
  return new DynamoDBClient({ requestHandler, ...config });
}

/** Credentials that AWS has in its documentation, and gives nobody. */
const NOBODY = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'nobody' } as const;

function refusesStrangers(tier: TierUnderTest, store: string, topology: DynamoDbTopology): Check {
  return {
    name: 'refuses-strangers',
    store,
    subject: store,
    promise: 'Who has no rights is refused.',
    run: async () => {
      requireDynamoDb(topology, 'rights');
      const refusedWith = await refusalOf(tier, topology, { credentials: NOBODY });
      if (refusedWith === undefined) throw new SmokeFailure('somebody with the credentials of nobody was answered');
      if (refusedWith !== 'UnrecognizedClientException') {
        throw new SmokeFailure(`refused for another reason than a stranger: ${refusedWith}`, {
          evidence: { refusedWith },
        });
      }
      return { refusedWith };
    },
  };
}

/** DynamoDB says until when a table can be restored, and from when. */
function backupsCome(store: string, topology: DynamoDbTopology, client: () => Promise<DynamoDBClient>): Check {
  return {
    name: 'backups-current',
    store,
    subject: store,
    promise: BACKUPS_PROMISE,
    run: async () => {
      requireDynamoDb(topology, 'backups');
      const { DescribeContinuousBackupsCommand, DescribeTableCommand } = await sdk();
      const [asked, open] = [{ TableName: topology.table }, await client()];
      const { ContinuousBackupsDescription: backups } = await open.send(new DescribeContinuousBackupsCommand(asked));
      const { Table: table } = await open.send(new DescribeTableCommand(asked));
      const recovery = backups?.PointInTimeRecoveryDescription;
      const { RecoveryPeriodInDays: days = 1, LatestRestorableDateTime: restorableTo } = recovery ?? {};
      const server = {
        backupDays: recovery?.PointInTimeRecoveryStatus === 'ENABLED' ? days : 0,
        ...(restorableTo && { restorableTo }),
        ...(table?.CreationDateTime && { madeAt: table.CreationDateTime }),
      };
      return proveBackups([{ label: store, server }], Date.now());
    },
  };
}

/** Either nothing leads there without TLS, or the table itself refuses who comes. */
function refusesPlaintext(tier: TierUnderTest, store: string, topology: DynamoDbTopology): Check {
  return {
    name: 'refuses-plaintext',
    store,
    subject: store,
    promise: 'Nobody is answered without TLS.',
    run: async () => {
      requireDynamoDb(topology, 'TLS');
      const secure = await clientOf(tier, {});
      const region = await secure.config.region();
      secure.destroy();
      const endpoint = `http://dynamodb.${region}.amazonaws.com`;
      const refusedWith = await refusalOf(tier, topology, { region, endpoint });
      if (refusedWith === undefined) throw new SmokeFailure('DynamoDB answered without TLS');
      return { refusedWith };
    },
  };
}

/** @throws {SmokeSkip} where what answers is not DynamoDB */
function requireDynamoDb({ emulator }: DynamoDbTopology, lacks: 'rights' | 'TLS' | 'backups'): void {
  if (emulator !== undefined) throw new SmokeSkip(`an emulator of DynamoDB answers here: it has no ${lacks}`);
}

/** What is answered to who asks about the table; undefined where it was told. */
async function refusalOf(
  tier: TierUnderTest,
  { table: TableName }: DynamoDbTopology,
  config: DynamoDBClientConfig,
): Promise<string | undefined> {
  const { DescribeTableCommand } = await sdk();
  const client = await clientOf(tier, { maxAttempts: 1, ...config });
  try {
    await client.send(new DescribeTableCommand({ TableName }));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  } finally {
    client.destroy();
  }
}
