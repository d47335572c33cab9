import type { Session } from 'neo4j-driver';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { SmokeFailure, type Check, type CheckContext, type EvidenceValue } from './check';
import { cleaningUp } from './clean-up';
import { firstBytes, isTlsAlert } from './first-bytes';
import { writeRefusal } from './graph-refusal';
import { onServer, type GraphServerUnderTest, type NeptuneUnderTest } from './graph-server';
import { requireTls, standsInWithout, withEngine } from './stand-in';

const LOOK_EVERY_MS = 20;

/** Alice knows Bob and Carol, who both know Dave; Carol knows Erin too. Alice and Bob work for one company. */
const PEOPLE = `
  CREATE (alice:PolystoreSmokePerson {run: $run, name: 'Alice', age: 30}),
    (bob:PolystoreSmokePerson {run: $run, name: 'Bob', age: 25}),
    (carol:PolystoreSmokePerson {run: $run, name: 'Carol', age: 35}),
    (dave:PolystoreSmokePerson {run: $run, name: 'Dave', age: 40}),
    (erin:PolystoreSmokePerson {run: $run, name: 'Erin', age: 28}),
    (company:PolystoreSmokeCompany {run: $run, name: 'TechCorp'}),
    (alice)-[:WORKS_FOR {since: '2020-01-01'}]->(company),
    (bob)-[:WORKS_FOR {since: '2021-06-01'}]->(company),
    (alice)-[:FRIENDS_WITH {since: '2019-03-15'}]->(bob),
    (alice)-[:FRIENDS_WITH {since: '2019-03-15'}]->(carol),
    (bob)-[:FRIENDS_WITH {since: '2019-03-15'}]->(dave),
    (carol)-[:FRIENDS_WITH {since: '2019-03-15'}]->(dave),
    (carol)-[:FRIENDS_WITH {since: '2019-03-15'}]->(erin)`;

const REMOVE = 'MATCH (n {run: $run}) WHERE n:PolystoreSmokePerson OR n:PolystoreSmokeCompany DETACH DELETE n';

interface Question {
  readonly name: 'finds-friends' | 'finds-colleagues' | 'recommends';
  readonly promise: string;
  readonly query: string;
  /** A text a row, in the order of the answer, or sorted where it has none. */
  readonly answer: readonly string[];
}

const QUESTIONS: readonly Question[] = [
  {
    name: 'finds-friends',
    promise: 'Every way to a friend of a friend is a row.',
    query: `
      MATCH (person:PolystoreSmokePerson {run: $run, name: 'Alice'})-[:FRIENDS_WITH]->(friend)-[:FRIENDS_WITH]->(fof)
      WHERE fof <> person
      RETURN fof.name AS answer ORDER BY answer`,
    answer: ['Dave', 'Dave', 'Erin'],
  },
  {
    name: 'finds-colleagues',
    promise: 'Who works for the same company is found.',
    query: `
      MATCH (person:PolystoreSmokePerson {run: $run, name: 'Alice'})-[:WORKS_FOR]->(company)<-[:WORKS_FOR]-(colleague)
      WHERE colleague <> person
      RETURN colleague.name AS answer`,
    answer: ['Bob'],
  },
  {
    name: 'recommends',
    promise: 'Who might be known is recommended, the one with most mutual friends first.',
    query: `
      MATCH (person:PolystoreSmokePerson {run: $run, name: 'Alice'})-[:FRIENDS_WITH]->(friend)-[:FRIENDS_WITH]->(suggestion)
      WHERE suggestion <> person AND NOT (person)-[:FRIENDS_WITH]->(suggestion)
      WITH suggestion.name AS suggestion, COUNT(*) AS mutualFriends
      ORDER BY mutualFriends DESC
      LIMIT 5
      RETURN suggestion + ' ' + toString(mutualFriends) AS answer`,
    answer: ['Dave 2', 'Erin 1'],
  },
];

/** What proves a graph store: its answers, on the writer and on the readers, and that nobody else gets in. */
export function neptuneChecks(store: NeptuneUnderTest): readonly Check[] {
  const { writer, readers } = store;
  return [
    takesWrites(store),
    knowsSignatures(store),
    ...[writer, ...readers].flatMap((server) => QUESTIONS.map((question) => answers(store, server, question))),
    ...readers.map((reader) => refusesWrites(store, reader)),
    ...[writer, ...readers].flatMap((server) => [refusesPlaintext(store, server), refusesStrangers(store, server)]),
  ];
}

function takesWrites(store: NeptuneUnderTest): Check {
  return {
    name: 'takes-writes',
    store: store.store,
    subject: store.writer.label,
    promise: 'The writer takes people and shows them.',
    run: (context) =>
      withPeople(store, context, async (session, run) => {
        const people = 'MATCH (n:PolystoreSmokePerson {run: $run}) RETURN n.name AS answer ORDER BY answer';
        return withEngine(
          store,
          expectAnswer(await ask(session, people, run), ['Alice', 'Bob', 'Carol', 'Dave', 'Erin']),
        );
      }),
  };
}

function knowsSignatures(store: NeptuneUnderTest): Check {
  const { writer } = store;
  return {
    name: 'knows-signatures',
    store: store.store,
    subject: writer.label,
    promise: 'Whoever signs with rights of IAM is let in, and no password is asked for.',
    run: async () => {
      const missing = standsInWithout(store, 'signatures');
      if (missing !== undefined) throw missing;
      await onServer(store, writer, (session) => session.run('RETURN 1'), await store.login(writer));
      return { letIn: true };
    },
  };
}

function answers(store: NeptuneUnderTest, server: GraphServerUnderTest, question: Question): Check {
  const { name, promise, query, answer } = question;
  return {
    name,
    store: store.store,
    subject: server.label,
    promise,
    run: (context) =>
      withPeople(store, context, async (writing, run) => {
        if (server === store.writer) return expectAnswer(await ask(writing, query, run), answer);
        return onServer(store, server, async (reading) => {
          // Readers follow the writer; they have all that one transaction wrote, or nothing.
          for (;;) {
            const seen = await ask(reading, query, run);
            if (seen.length > 0) return expectAnswer(seen, answer);
            await delay(LOOK_EVERY_MS, undefined, { signal: context.signal });
          }
        });
      }),
  };
}

function refusesWrites(store: NeptuneUnderTest, reader: GraphServerUnderTest): Check {
  return {
    name: 'refuses-writes',
    store: store.store,
    subject: reader.label,
    promise: 'The reader refuses a write.',
    run: ({ run }) =>
      cleaningUp(
        async () => {
          try {
            await onServer(store, reader, (session) => session.run(PEOPLE, { run }));
          } catch (error) {
            const refusedWith = writeRefusal(error);
            if (refusedWith !== undefined) return { refusedWith };
            throw error;
          }
          throw new SmokeFailure('took a write: it is a writer');
        },
        () => onServer(store, store.writer, (session) => session.run(REMOVE, { run })),
      ),
  };
}

/** The bytes that every client of Bolt begins with, and four versions that it would speak. @see https://neo4j.com/docs/bolt/current/bolt/handshake/ */
const BOLT_GREETING = Buffer.from('6060b01700000405000004040000040300000004', 'hex');

function refusesPlaintext(store: NeptuneUnderTest, server: GraphServerUnderTest): Check {
  return {
    name: 'refuses-plaintext',
    store: store.store,
    subject: server.label,
    promise: 'The server answers nobody who comes without TLS.',
    run: async () => {
      requireTls(store);
      const answer = await firstBytes(server, BOLT_GREETING, store.timeoutMs);
      if (answer.length === 0 || isTlsAlert(answer)) return { refused: true };
      throw new SmokeFailure('answered without TLS', { evidence: { bytes: answer.toString('hex').slice(0, 16) } });
    },
  };
}

function refusesStrangers(store: NeptuneUnderTest, server: GraphServerUnderTest): Check {
  return {
    name: 'refuses-strangers',
    store: store.store,
    subject: server.label,
    promise: 'Nobody gets in without a name, or with a wrong password.',
    run: async () => {
      const look = (session: Session) => session.run('RETURN 1');
      const login = await store.login(server);
      const wrong = { ...login, password: `not ${login.password}` };
      const evidence = {
        nameless: (await refusalOf(() => onServer(store, server, look, 'nobody'))) ?? 'let in',
        wrongPassword: (await refusalOf(() => onServer(store, server, look, wrong))) ?? 'let in',
      };
      if (Object.values(evidence).every((code) => /\.Security\./.test(code))) return evidence;
      throw new SmokeFailure('a stranger was let in, or refused for another reason', { evidence });
    },
  };
}

/** Runs `work` beside people of its own, who are removed whatever it finds: those of a check that ran over its deadline are another's. */
function withPeople<T>(
  store: NeptuneUnderTest,
  context: CheckContext,
  work: (session: Session, run: string) => Promise<T>,
): Promise<T> {
  const run = `${context.run}:${randomUUID()}`;
  return onServer(store, store.writer, (session) =>
    cleaningUp(
      async () => {
        await session.run(PEOPLE, { run });
        return work(session, run);
      },
      () => session.run(REMOVE, { run }),
    ),
  );
}

async function ask(session: Session, query: string, run: string): Promise<readonly string[]> {
  const { records } = await session.run(query, { run });
  return records.map((record) => String(record.get('answer')));
}

function expectAnswer(seen: readonly string[], expected: readonly string[]): Record<string, EvidenceValue> {
  const evidence = { rows: seen.length, answer: seen };
  if (JSON.stringify(seen) === JSON.stringify(expected)) return evidence;
  throw new SmokeFailure(`another answer than ${expected.join(', ')}`, { evidence });
}

/** The code of a refusal; undefined where the server did as asked. Rejects where there was none from the server. */
async function refusalOf(query: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await query();
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('Neo.')) return code;
    throw error;
  }
}
