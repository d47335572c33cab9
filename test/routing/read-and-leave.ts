// A process that reads once from a replica and ends without closing its router: what its test starts.
import { FileSecrets, FileTopology } from '../../lib/sources';
import { openRouter } from '../../lib/routing';

const [topology, secrets] = process.argv.slice(2) as [string, string];

async function main(): Promise<void> {
  const router = await openRouter({
    topology: new FileTopology(topology),
    secrets: new FileSecrets(secrets),
    login: { kind: 'owner' },
    readFallback: 'none',
    pool: { idleTimeoutMs: 50 },
  });
  const main = router.store('main');
  if (main.kind === 'postgres')
    process.stdout.write((await main.read<{ one: string }>("select 'read' as one")).rows[0]?.one ?? '');
}

void main();
