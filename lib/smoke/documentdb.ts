import type { Collection, Document, Filter, MongoClient } from 'mongodb';
import { tlsOf } from '../documentdb';
import type { Credentials } from '../sources';
import type { StandInTopology, StoreTrust } from '../topology';
import { setTimeout as delay } from 'node:timers/promises';
import { SmokeFailure, type Check, type CheckContext } from './check';
import { cleaningUp } from './clean-up';
import { requireTls, withEngine } from './stand-in';
import { firstBytes, isTlsAlert } from './first-bytes';
import type { SharedClients } from './shared-clients';
import { APPLICATION_NAME } from './tier-under-test';

/** One server that takes MongoDB's protocol over TLS. */
export interface DocumentServerUnderTest {
  /** `catalog/primary`, `catalog/r1`. */
  readonly label: string;
  readonly host: string;
  readonly port: number;
}

/** A document store, and how the smoke test reaches it. */
export interface DocumentDbUnderTest {
  readonly store: string;
  readonly primary: DocumentServerUnderTest;
  readonly replicas: readonly DocumentServerUnderTest[];
  /** What the smoke test logs in with, asked for by each check. */
  readonly login: () => Promise<Credentials>;
  readonly trust: StoreTrust;
  /** What answers in the place of DocumentDB. @default - DocumentDB itself */
  readonly standIn?: StandInTopology;
  /** How long one connection, or one operation, may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Those of the smoke test itself. Whoever made them closes them. */
  readonly clients: SharedClients<MongoClient>;
}

/** The smoke test writes to this database alone. */
export const SMOKE_DATABASE = 'polystore_smoke';
const LOOK_EVERY_MS = 20;
/** @see https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
export const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;
const NOT_WRITABLE_PRIMARY = 10_107;

/** A user as a document store keeps one: whole, with what belongs to it. */
interface User extends Document {
  readonly run: string;
  readonly username: string;
  readonly profile: { readonly firstName: string; readonly lastName: string };
  readonly preferences: {
    readonly theme: string;
    readonly notifications: { readonly email: boolean; readonly push: boolean };
  };
  readonly posts: readonly { readonly id: string; readonly title: string; readonly publishedAt: Date }[];
}

/** What proves a document store: documents are kept whole and found by what is inside, and nobody else gets in. */
export function documentDbChecks(store: DocumentDbUnderTest): readonly Check[] {
  return [
    takesWrites(store),
    finds(store, 'finds-nested', 'A document is found by a field inside another.', { 'profile.firstName': 'John' }),
    finds(store, 'finds-by-date', 'A document is found by a date inside a list.', {
      'posts.publishedAt': { $gte: new Date('2023-01-01'), $lt: new Date('2024-01-01') },
    }),
    changesFields(store),
    ...store.replicas.flatMap((replica) => [servesReads(store, replica), refusesWrites(store, replica)]),
    ...[store.primary, ...store.replicas].flatMap((server) => [
      refusesPlaintext(store, server),
      refusesStrangers(store, server),
    ]),
  ];
}

const onPrimary = ({ store, primary }: DocumentDbUnderTest) => ({ store, subject: primary.label });

function takesWrites(store: DocumentDbUnderTest): Check {
  return {
    ...onPrimary(store),
    name: 'takes-writes',
    promise: 'The store takes a document and shows it whole.',
    run: (context) =>
      withUser(store, context, async (users, user) => {
        const seen = await users.findOne({ run: context.run, username: user.username }, { projection: { _id: 0 } });
        if (JSON.stringify(seen) === JSON.stringify(user)) return withEngine(store, { fields: Object.keys(user) });
        throw new SmokeFailure('what was written is not what is read', {
          evidence: { fields: Object.keys(seen ?? {}) },
        });
      }),
  };
}

function finds(
  store: DocumentDbUnderTest,
  name: 'finds-nested' | 'finds-by-date',
  promise: string,
  filter: Filter<User>,
): Check {
  return {
    ...onPrimary(store),
    name,
    promise,
    run: (context) =>
      withUser(store, context, async (users) => {
        // Of the two that are there, one is not meant.
        const found = await users.find({ run: context.run, ...filter }).toArray();
        const evidence = { found: found.map(({ username }) => username) };
        if (evidence.found.length === 1 && evidence.found[0] === 'johndoe') return evidence;
        throw new SmokeFailure('another answer than the one document that is meant', { evidence });
      }),
  };
}

function changesFields(store: DocumentDbUnderTest): Check {
  return {
    ...onPrimary(store),
    name: 'changes-fields',
    promise: 'One field inside a document is changed, and no other.',
    run: (context) =>
      withUser(store, context, async (users, user) => {
        const own = { run: context.run, username: user.username };
        const { modifiedCount } = await users.updateOne(own, { $set: { 'preferences.theme': 'light' } });
        const seen = await users.findOne(own, { projection: { _id: 0 } });
        const expected = { ...user, preferences: { ...user.preferences, theme: 'light' } };
        const evidence = { modifiedCount, theme: seen?.preferences.theme ?? null };
        if (modifiedCount === 1 && JSON.stringify(seen) === JSON.stringify(expected)) return evidence;
        throw new SmokeFailure('something else was changed, or nothing', { evidence });
      }),
  };
}

function servesReads(store: DocumentDbUnderTest, replica: DocumentServerUnderTest): Check {
  return {
    name: 'serves-reads',
    store: store.store,
    subject: replica.label,
    promise: 'The replica shows a document of the primary.',
    run: (context) =>
      withUser(store, context, async () => {
        const written = performance.now();
        return onServer(store, replica, async (client) => {
          while ((await usersOf(client).findOne({ run: context.run })) === null) {
            await delay(LOOK_EVERY_MS, undefined, { signal: context.signal });
          }
          return { visibleAfterMs: Math.round(performance.now() - written) };
        });
      }),
  };
}

function refusesWrites(store: DocumentDbUnderTest, replica: DocumentServerUnderTest): Check {
  return {
    name: 'refuses-writes',
    store: store.store,
    subject: replica.label,
    promise: 'The replica refuses a write.',
    run: ({ run }) =>
      onServer(store, replica, async (client) => {
        const code = await refusalOf(() => usersOf(client).deleteMany({ run, username: 'nobody' }));
        if (code === NOT_WRITABLE_PRIMARY) return { refusedWith: code };
        throw new SmokeFailure('took a write, or refused it for another reason', {
          evidence: { refusedWith: code ?? 'nothing' },
        });
      }),
  };
}

function refusesPlaintext(store: DocumentDbUnderTest, server: DocumentServerUnderTest): Check {
  return {
    name: 'refuses-plaintext',
    store: store.store,
    subject: server.label,
    promise: 'The server answers nobody who comes without TLS.',
    run: async () => {
      requireTls(store);
      const answer = await firstBytes(server, await helloMessage(), store.timeoutMs);
      if (answer.length === 0 || isTlsAlert(answer)) return { refused: true };
      throw new SmokeFailure('answered without TLS', { evidence: { bytes: answer.length } });
    },
  };
}

function refusesStrangers(store: DocumentDbUnderTest, server: DocumentServerUnderTest): Check {
  return {
    name: 'refuses-strangers',
    store: store.store,
    subject: server.label,
    promise: 'Nobody gets in without a name, or with a wrong password.',
    run: async () => {
      const look = (client: MongoClient): Promise<unknown> => usersOf(client).findOne({ run: 'none' });
      const login = await store.login();
      const wrong = { ...login, password: `not ${login.password}` };
      const [nameless, wrongPassword] = await Promise.all([
        refusalOf(() => onServer(store, server, look, 'nobody')),
        refusalOf(() => onServer(store, server, look, wrong)),
      ]);
      const evidence = { nameless: nameless ?? 'let in', wrongPassword: wrongPassword ?? 'let in' };
      if (nameless === UNAUTHORIZED && wrongPassword === AUTHENTICATION_FAILED) return evidence;
      throw new SmokeFailure('a stranger was let in, or refused for another reason', { evidence });
    },
  };
}

/** Runs `work` beside two users of this run, which are removed whatever it finds; it is given the one who is meant. */
function withUser<T>(
  store: DocumentDbUnderTest,
  { run }: CheckContext,
  work: (users: Collection<User>, user: User) => Promise<T>,
): Promise<T> {
  return onServer(store, store.primary, (client) => {
    const users = usersOf(client);
    const meant = userOf(run, 'johndoe', 'John', '2023-01-15T10:00:00Z');
    // Copies: the driver adds an _id to what it inserts.
    const both = [{ ...meant }, userOf(run, 'janeroe', 'Jane', '2022-06-01T10:00:00Z')];
    return cleaningUp(
      async () => {
        await users.insertMany(both);
        return work(users, meant);
      },
      () => users.deleteMany({ run }),
    );
  });
}

const userOf = (run: string, username: string, firstName: string, publishedAt: string): User => ({
  run,
  username,
  profile: { firstName, lastName: 'Doe' },
  preferences: { theme: 'dark', notifications: { email: true, push: false } },
  posts: [{ id: 'post1', title: 'My First Post', publishedAt: new Date(publishedAt) }],
});

const usersOf = (client: MongoClient): Collection<User> => client.db(SMOKE_DATABASE).collection<User>('users');

/** MongoDB's own client, loaded where a store is proven. */
const mongodb = () => import('mongodb');

/** Runs `work` on one server, whichever it is: as the smoke test, or on a connection of its own as somebody else. Whoever logs in with nothing is a stranger. */
export async function onServer<T>(
  store: DocumentDbUnderTest,
  server: DocumentServerUnderTest,
  work: (client: MongoClient) => Promise<T>,
  as?: Credentials | 'nobody',
): Promise<T> {
  if (as === undefined) {
    return work(await store.clients.of(server.label, async () => connect(store, server, await store.login())));
  }
  const client = await connect(store, server, as);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

async function connect(
  { trust, timeoutMs }: DocumentDbUnderTest,
  { host, port }: DocumentServerUnderTest,
  auth: Credentials | 'nobody',
): Promise<MongoClient> {
  const { MongoClient } = await mongodb();
  const client = new MongoClient(`mongodb://${host}:${port}/`, {
    ...(auth !== 'nobody' && { auth, authSource: 'admin' }),
    ...tlsOf(trust),
    appName: APPLICATION_NAME,
    directConnection: true,
    // DocumentDB has none.
    retryWrites: false,
    serverSelectionTimeoutMS: timeoutMs,
    socketTimeoutMS: timeoutMs,
  });
  try {
    return await client.connect();
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** The code of a refusal; undefined where the server did as asked. Rejects where there was none from the server. */
export async function refusalOf(ask: () => Promise<unknown>): Promise<number | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'number') return error.code;
    throw error;
  }
}

/** OP_MSG with `hello`, which every server answers to everybody. @see https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
async function helloMessage(): Promise<Buffer> {
  const { BSON } = await mongodb();
  const body = BSON.serialize({ hello: 1, $db: 'admin' });
  const head = Buffer.alloc(21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(2013, 12);
  return Buffer.concat([head, body]);
}
