import { setTimeout as delay } from 'node:timers/promises';
import { SMOKE_KEYS } from '../topology';
import { requireTls } from './stand-in';
import { SmokeFailure, type Check, type CheckContext, type Evidence } from './check';
import { cleaningUp } from './clean-up';
import { firstBytes, isTlsAlert } from './first-bytes';
import {
  onServer,
  onStore,
  type ValkeyClient,
  type ValkeyServerUnderTest,
  type ValkeyUnderTest,
} from './valkey-under-test';

/** What a run that was killed left is gone after this, in seconds. */
const LEFTOVER_SECONDS = 3_600;
const LOOK_EVERY_MS = 20;
/** Of every cluster. @see https://valkey.io/topics/cluster-spec/ ("Key distribution model") */
const CLUSTER_SLOTS = 16_384;

/** What proves a Valkey store: what applications keep in one, that replicas follow, and that nobody else gets in. */
export function valkeyChecks(store: ValkeyUnderTest): readonly Check[] {
  return [
    takesWrites(store),
    keepsSessions(store),
    keepsProfiles(store),
    keepsNotifications(store),
    keepsFollowers(store),
    ranksPlayers(store),
    ...(store.mode === 'cluster' ? [coversSlots(store)] : []),
    ...store.replicas.flatMap((replica) => [servesReads(store, replica), refusesWrites(store, replica)]),
    ...[store.primary, ...store.replicas].flatMap((server) => [
      refusesPlaintext(store, server),
      refusesStrangers(store, server),
    ]),
  ];
}

const onPrimary = ({ store, primary }: ValkeyUnderTest) => ({ store, subject: primary.label });

/** A key of this run, which is removed whatever `work` finds. */
function withKey<T>(
  store: ValkeyUnderTest,
  { run }: CheckContext,
  name: string,
  work: (client: ValkeyClient, key: string) => Promise<T>,
): Promise<T> {
  const key = `${SMOKE_KEYS}${run}:${name}`;
  return onStore(store, (client) =>
    cleaningUp(
      () => work(client, key),
      () => client.del(key),
    ),
  );
}

function takesWrites(store: ValkeyUnderTest): Check {
  return {
    ...onPrimary(store),
    name: 'takes-writes',
    promise: 'The store takes a write and shows it.',
    run: (context) =>
      withKey(store, context, 'write', async (client, key) => {
        await client.set(key, context.run, 'EX', LEFTOVER_SECONDS);
        return expectEqual({ value: await client.get(key) }, { value: context.run });
      }),
  };
}

function keepsSessions(store: ValkeyUnderTest): Check {
  return {
    ...onPrimary(store),
    name: 'keeps-sessions',
    promise: 'A session is there until it expires, and gone then.',
    run: (context) =>
      withKey(store, context, 'user:1001:session', async (client, key) => {
        await client.set(key, 'abc123xyz', 'EX', LEFTOVER_SECONDS);
        const [session, secondsLeft] = [await client.get(key), await client.ttl(key)];
        if (session !== 'abc123xyz' || secondsLeft <= 0 || secondsLeft > LEFTOVER_SECONDS) {
          throw new SmokeFailure('a session of one hour is not kept for it', { evidence: { session, secondsLeft } });
        }
        const began = performance.now();
        await client.set(key, 'abc123xyz', 'PX', 100);
        while ((await client.exists(key)) === 1) {
          if (performance.now() > context.deadlineAtMs - store.timeoutMs / 10) {
            throw new SmokeFailure('a session of 100 ms does not expire', { evidence: { secondsLeft } });
          }
          await delay(LOOK_EVERY_MS, undefined, { signal: context.signal });
        }
        return { secondsLeft, goneAfterMs: Math.round(performance.now() - began) };
      }),
  };
}

function keepsProfiles(store: ValkeyUnderTest): Check {
  const profile = { name: 'John Doe', email: 'john@example.com', last_login: '2023-01-15T10:00:00Z' };
  return {
    ...onPrimary(store),
    name: 'keeps-profiles',
    promise: 'A hash keeps every field of a profile.',
    run: (context) =>
      withKey(store, context, 'user:1001:profile', async (client, key) => {
        await client.hset(key, profile);
        await client.expire(key, LEFTOVER_SECONDS);
        return expectEqual(await client.hgetall(key), profile);
      }),
  };
}

function keepsNotifications(store: ValkeyUnderTest): Check {
  return {
    ...onPrimary(store),
    name: 'keeps-notifications',
    promise: 'A list shows the latest notification first.',
    run: (context) =>
      withKey(store, context, 'user:1001:notifications', async (client, key) => {
        await client.lpush(key, 'New message from Alice');
        await client.lpush(key, 'Your post was liked');
        await client.expire(key, LEFTOVER_SECONDS);
        return expectEqual(
          { latest: await client.lrange(key, 0, 9) },
          { latest: ['Your post was liked', 'New message from Alice'] },
        );
      }),
  };
}

function keepsFollowers(store: ValkeyUnderTest): Check {
  return {
    ...onPrimary(store),
    name: 'keeps-followers',
    promise: 'A set counts every follower once, and knows who is one.',
    run: (context) =>
      withKey(store, context, 'user:1001:followers', async (client, key) => {
        await client.sadd(key, '1002', '1003', '1004', '1002');
        await client.expire(key, LEFTOVER_SECONDS);
        const [followers, isFollowing, isStranger] = [
          await client.scard(key),
          await client.sismember(key, '1002'),
          await client.sismember(key, '1005'),
        ];
        return expectEqual({ followers, isFollowing, isStranger }, { followers: 3, isFollowing: 1, isStranger: 0 });
      }),
  };
}

function ranksPlayers(store: ValkeyUnderTest): Check {
  return {
    ...onPrimary(store),
    name: 'ranks-players',
    promise: 'A sorted set gives the leaderboard, the highest score first.',
    run: (context) =>
      withKey(store, context, 'leaderboard', async (client, key) => {
        await client.zadd(key, 1000, 'player1', 1500, 'player2', 800, 'player3');
        await client.expire(key, LEFTOVER_SECONDS);
        return expectEqual(
          { ranking: await client.zrevrange(key, 0, 9, 'WITHSCORES') },
          { ranking: ['player2', '1500', 'player1', '1000', 'player3', '800'] },
        );
      }),
  };
}

function coversSlots(store: ValkeyUnderTest): Check {
  return {
    ...onPrimary(store),
    name: 'covers-slots',
    promise: 'Every slot of the cluster has a server that answers.',
    run: () =>
      onServer(store, store.primary, async (client) => {
        const info = Object.fromEntries(
          String(await client.cluster('INFO'))
            .split('\r\n')
            .map((line) => line.split(':')),
        ) as Record<string, string>;
        const evidence = {
          state: info['cluster_state'] ?? 'unknown',
          slotsAnswering: Number(info['cluster_slots_ok']),
          shards: Number(info['cluster_size']),
        };
        if (evidence.state === 'ok' && evidence.slotsAnswering === CLUSTER_SLOTS) return evidence;
        throw new SmokeFailure(`of ${CLUSTER_SLOTS} slots ${evidence.slotsAnswering} have a server`, { evidence });
      }),
  };
}

function servesReads(store: ValkeyUnderTest, replica: ValkeyServerUnderTest): Check {
  return {
    name: 'serves-reads',
    store: store.store,
    subject: replica.label,
    promise: 'The replica shows a write of the primary.',
    run: (context) =>
      withKey(store, context, `read:${replica.label}`, async (client, key) => {
        await client.set(key, context.run, 'EX', LEFTOVER_SECONDS);
        const written = performance.now();
        return onServer(store, replica, async (reader) => {
          while ((await reader.get(key)) !== context.run) {
            if (performance.now() > context.deadlineAtMs - store.timeoutMs / 10) {
              throw new SmokeFailure('a write of the primary does not come');
            }
            await delay(LOOK_EVERY_MS, undefined, { signal: context.signal });
          }
          return { visibleAfterMs: Math.round(performance.now() - written) };
        });
      }),
  };
}

function refusesWrites(store: ValkeyUnderTest, replica: ValkeyServerUnderTest): Check {
  return {
    name: 'refuses-writes',
    store: store.store,
    subject: replica.label,
    promise: 'The replica refuses a write.',
    run: ({ run }) =>
      onServer(store, replica, async (client) => {
        const key = `${SMOKE_KEYS}${run}:refused`;
        const refusal = await refusalOf(() => client.set(key, run, 'EX', LEFTOVER_SECONDS));
        if (refusal === undefined) throw new SmokeFailure('took a write: it is a primary');
        if (!refusal.startsWith('READONLY')) throw new SmokeFailure(`refused for another reason: ${refusal}`);
        return { refusedWith: 'READONLY' };
      }),
  };
}

function refusesPlaintext(store: ValkeyUnderTest, server: ValkeyServerUnderTest): Check {
  return {
    name: 'refuses-plaintext',
    store: store.store,
    subject: server.label,
    promise: 'The server answers nobody who comes without TLS.',
    run: async () => {
      requireTls(store);
      const answer = await firstBytes(server, Buffer.from('PING\r\n'), store.timeoutMs);
      // Without TLS a server of this protocol answers with +PONG, or with -NOAUTH.
      if (answer.length > 0 && !isTlsAlert(answer)) {
        throw new SmokeFailure('answered without TLS', {
          evidence: { answer: answer.toString('latin1').slice(0, 20) },
        });
      }
      return { refused: true };
    },
  };
}

function refusesStrangers(store: ValkeyUnderTest, server: ValkeyServerUnderTest): Check {
  return {
    name: 'refuses-strangers',
    store: store.store,
    subject: server.label,
    promise: 'Nobody gets in without a name, or with a wrong password.',
    run: async () => {
      const login = await store.login();
      const wrong = { ...login, password: `not ${login.password}` };
      const [nameless, wrongPassword] = await Promise.all([
        refusalOf(() => onServer(store, server, (client) => client.ping(), 'nobody')),
        refusalOf(() => onServer(store, server, (client) => client.ping(), wrong)),
      ]);
      const codes = { nameless: codeOf(nameless), wrongPassword: codeOf(wrongPassword) };
      if (codes.nameless !== 'NOAUTH')
        throw new SmokeFailure('a client without a name got another answer than NOAUTH', { evidence: codes });
      if (codes.wrongPassword !== 'WRONGPASS')
        throw new SmokeFailure('a wrong password got another answer than WRONGPASS', { evidence: codes });
      return codes;
    },
  };
}

/** The first word of a refusal is its code. */
const codeOf = (refusal: string | undefined): string => refusal?.split(' ')[0] ?? 'let in';

/** What the server said; undefined where it did as asked. Rejects where it said nothing. */
async function refusalOf(ask: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return error.message;
    throw error;
  }
}

function expectEqual<E extends Evidence>(seen: E, expected: E): E {
  if (sortedText(seen) === sortedText(expected)) return seen;
  throw new SmokeFailure('what was written is not what is read', { evidence: seen });
}

const sortedText = (evidence: Evidence): string =>
  JSON.stringify(Object.entries(evidence).sort(([a], [b]) => (a < b ? -1 : 1)));
