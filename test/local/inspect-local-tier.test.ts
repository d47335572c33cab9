import { rm, writeFile } from 'node:fs/promises';
import { inspectLocalTier } from '../../lib/local';
import { ownProcess } from '../../lib/local/process-mark';
import { STATE_VERSION, writeLocalState } from '../../lib/local/state';
import { tierDirectory, type TierDirectory } from '../../lib/local/tier-directory';
import { takeLock } from '../../lib/local/tier-lock';
import { FileSecrets, FileTopology } from '../../lib/sources';
import { newDirectory, removeDirectory } from './scratch';

let root: string;
let directory: TierDirectory;

/** A tier without servers that is up, as far as its files say. */
beforeEach(async () => {
  root = await newDirectory();
  directory = tierDirectory(root);
  await takeLock(root);
  const [tier, stage] = ['none', 'dev'];
  const trust = { kind: 'file', path: `${root}/tls/ca.crt` } as const;
  await new FileTopology(directory.topologyFile).write({
    version: 1,
    tier,
    stage,
    world: 'local',
    trust,
    stores: {},
    services: {},
  });
  await new FileSecrets(directory.secretsFile).write({ supervisor: { username: 'someone', password: 'something' } });
  const startedAt = new Date().toISOString();
  await writeLocalState(directory.stateFile, {
    version: STATE_VERSION,
    tier,
    stage,
    supervisor: ownProcess(),
    startedAt,
    servers: [],
  });
});

afterEach(() => removeDirectory(root));

it('a tier that is up is seen', async () => {
  await expect(inspectLocalTier(root)).resolves.toEqual({ servers: [], absent: {} });
});

it.each(['topologyFile', 'secretsFile'] as const)(
  'a tier that is stopped or deleted while it is looked at is not up: its %s is gone',
  async (file) => {
    await rm(directory[file]);
    await expect(inspectLocalTier(root)).rejects.toMatchObject({ code: 'TIER_NOT_UP', details: { directory: root } });
  },
);

it('a topology that nobody can read is told as it is', async () => {
  await writeFile(directory.topologyFile, '{');
  await expect(inspectLocalTier(root)).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
});
