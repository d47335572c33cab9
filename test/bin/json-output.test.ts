import { createProject, type Finished, type Project } from '../support/command-line';

const TIER = `
import { defineTier, directory, postgres, range, shardedPostgres } from 'cdk-polystore';

export default defineTier({
  name: 'blog',
  stages: { dev: { profile: 'disposable' } },
  stores: {
    main: postgres(),
    visits: shardedPostgres({
      shardKey: { column: 'day', type: 'date' },
      strategy: range({ ranges: [{ shard: 's0' }] }),
      shards: 1,
    }),
    tenants: shardedPostgres({ shardKey: { column: 'tenant', type: 'text' }, strategy: directory(), shards: 1 }),
  },
  services: {},
});
`;

let project: Project;
beforeAll(() => {
  project = createProject();
  project.edit(() => TIER);
});
afterAll(async () => {
  await project.call('down');
  project.remove();
});

/** What prints a document, in an order in which each finds what it needs. */
const WITH_A_DOCUMENT = [
  'prove',
  'diff --base .polystore/proof/blog/cdk.out',
  'guard',
  'cost',
  'doctor',
  'runbook',
  'runbook failover',
  'up --detach',
  'status',
  'smoke',
  'placement show',
  'placement show --store visits --key 2026-07-01',
  'placement split --at 2026-07-01',
  'placement assign acme --shard s0',
  'drill connections --running',
  'down',
] as const;

const json = (command: string): Promise<Finished> => {
  const args = [...command.split(' '), '--json'];
  // A tier that goes on needs a process of its own.
  return args.includes('--detach') ? project.run(...args) : project.call(...args);
};

/** Commands, each by its words, as the help lists them. */
const commandsOf = async (...words: readonly string[]): Promise<readonly string[]> => {
  const { stdout } = await project.call(...words, '--help');
  const [, list = ''] = /\nCommands:\n([^]*?)\n\n/.exec(`${stdout}\n\n`) ?? [];
  const names = [...list.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name as string);
  const found = await Promise.all(
    names
      .filter((name) => name !== 'help')
      .map(async (name) => {
        const within = name === 'placement' ? await commandsOf(name) : [];
        return within.length > 0 ? within : [[...words, name].join(' ')];
      }),
  );
  return found.flat();
};

test('every document that a command prints has a version', async () => {
  const versions: Record<string, unknown> = {};
  for (const command of WITH_A_DOCUMENT) {
    const { stdout, stderr } = await json(command);
    // What ended without a document shows why.
    expect({ command, stderr: stdout === '' ? stderr : '' }).toEqual({ command, stderr: '' });
    versions[command] = (JSON.parse(stdout) as { version?: unknown }).version;
  }
  expect(versions).toEqual(Object.fromEntries(WITH_A_DOCUMENT.map((command) => [command, expect.any(Number)])));
  const missed = (await commandsOf()).filter((name) => !WITH_A_DOCUMENT.some((each) => each.startsWith(name)));
  expect(missed).toEqual([]);
});
