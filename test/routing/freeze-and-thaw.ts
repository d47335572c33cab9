// A process that is frozen by its test between two calls, as one of AWS Lambda is between two invocations. It never closes its router.
import { readSync } from 'node:fs';
import { isPolystoreError } from '../../lib/errors';
import { ConnectionProfile, openRouter } from '../../lib/routing';
import { FileSecrets, FileTopology } from '../../lib/sources';
import { WHO, type Who } from './tier';

/** `idle`: frozen while it has nothing to do. `probing`: while it waits for the answer to a probe. */
type Moment = 'idle' | 'probing';

const [topology, secrets, profile, moment] = process.argv.slice(2) as [string, string, 'direct' | 'lambda', Moment];

const say = (what: unknown): void => void process.stdout.write(`${JSON.stringify(what)}\n`);

const outcome = (work: Promise<{ rows: Who[] }>): Promise<string | undefined> =>
  work.then(
    ({ rows }) => rows[0]?.who,
    (error: unknown) => (isPolystoreError(error) ? error.code : String(error)),
  );

async function main(): Promise<void> {
  const router = await openRouter({
    topology: new FileTopology(topology),
    secrets: new FileSecrets(secrets),
    login: { kind: 'owner' },
    readFallback: 'none',
    profile: ConnectionProfile[profile](),
    pool: { applicationName: `frozen-${profile}` },
  });
  const breakers: string[] = [];
  router.on('breaker', ({ server, state }) => breakers.push(`${server} ${state}`));
  const store = router.store('main');
  if (store.kind !== 'postgres') throw new Error('main has no shards');
  const ask = async () => {
    const [written, read] = await Promise.all([outcome(store.write<Who>(WHO)), outcome(store.read<Who>(WHO))]);
    return { written, read, breakers };
  };
  say(await ask());
  if (moment === 'idle') {
    // Nothing is heard of a socket before the next call has begun, as where a freeze ends with an invocation.
    readSync(0, Buffer.alloc(1));
    say(await ask());
  } else {
    await new Promise((resolve) => process.stdin.once('data', resolve));
    const asking = profile === 'lambda' ? ask() : undefined;
    say('asking');
    await new Promise((resolve) => process.stdin.once('data', resolve));
    say((await asking) ?? { breakers });
  }
  process.stdin.destroy();
}

void main();
