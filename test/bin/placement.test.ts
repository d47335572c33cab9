import type { SmokeReport } from '../../lib/smoke';
import { createProject, type Finished, type Project } from '../support/command-line';

/** A store by range and one by directory. */
let project: Project;
beforeAll(async () => {
  project = createProject('examples/ranges-and-tenants.config.ts');
  const up = await project.run('up', '--detach');
  expect({ code: up.code, stderr: up.stderr }).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await project.call('down');
  project.remove();
});

const placement = (...args: readonly string[]): Promise<Finished> => project.call('placement', ...args);
const documentOf = ({ code, stdout, stderr }: Finished): unknown => {
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout);
};

describe('polystore placement', () => {
  it('splits a range once, without a row that moves, and tells every shard', async () => {
    expect(documentOf(await project.run('placement', 'split', '--at', '2026-07-01', '--json'))).toEqual({
      version: 1,
      store: 'visits',
      mapVersion: 2,
      ranges: [
        { from: '2026-01-01', to: '2026-07-01', bucket: 1, shard: 's1' },
        { from: '2026-07-01', bucket: 2, shard: 's1' },
      ],
      provisioned: true,
    });
    // The proof is of what was split here: it fails where a shard still has the ranges of before.
    const [again, key, proof] = await Promise.all([
      placement('split', '--at', '2026-07-01'),
      placement('show', '--store', 'visits', '--key', '2026-08-01', '--json'),
      project.call('smoke', '--json'),
    ]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('one begins there already') });
    expect(documentOf(key)).toEqual({ version: 1, store: 'visits', key: '2026-08-01', bucket: 2, shard: 's1' });
    const { outcomes } = documentOf(proof) as SmokeReport;
    const twins = outcomes.filter(({ check, store }) => check === 'bucket-twin' && store === 'visits');
    expect(twins.map(({ status }) => status)).toEqual(['passed', 'passed']);
  });

  it('assigns a key, shows it, and does not leave its rows behind', async () => {
    expect(await placement('assign', 'acme', '--shard', 's1')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /✓ tenants: acme is on s1, in bucket \d+; assigned to no shard before\nno row was moved\n/,
      ),
    });
    const [refused, shown] = await Promise.all([placement('assign', 'acme', '--shard', 's0'), placement('show')]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--rows-moved') });
    expect(shown.stdout).toMatch(
      /^tenants by directory.*\n {2}s0 {2}2048 buckets, 0 keys\n {2}s1 {2}2048 buckets, 1 key$/m,
    );
    const { code, stdout } = await placement('assign', 'acme', '--shard', 's0', '--rows-moved');
    expect(code).toBe(0);
    expect(stdout).toContain('on s1 before');
  });

  it('fails with 2 on a store that does not fit, naming those that do', async () => {
    const [misfit, several] = await Promise.all([
      placement('split', '--store', 'tenants', '--at', 'x'),
      placement('show', '--key', 'x'),
    ]);
    expect([misfit.code, several.code]).toEqual([2, 2]);
    expect(misfit.stderr).toContain('allowed: visits');
    expect(several.stderr).toContain('more than one store (visits, tenants) is sharded');
  });
});
