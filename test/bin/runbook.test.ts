import { createProject, type Project } from '../support/command-line';

let project: Project;
beforeAll(() => {
  project = createProject();
});
afterAll(() => project.remove());

describe('polystore runbook', () => {
  it('lists what there is, also for scripts', async () => {
    const [list, json] = await Promise.all([project.call('runbook'), project.call('runbook', '--json')]);
    expect(list.code).toBe(0);
    expect(list.stdout).toMatch(/^ {2}replica-lag +Replica lag, can be drilled$/m);
    const { runbooks } = JSON.parse(json.stdout) as { runbooks: readonly { runbook: string; drill: string | null }[] };
    expect(runbooks.length).toBeGreaterThan(15);
    expect(runbooks.find(({ runbook }) => runbook === 'storage')?.drill).toBe('storage');
  });

  it('prints one with the names of the stage', async () => {
    const { code, stdout } = await project.run('runbook', 'replica-lag', '--stage', 'prod');
    expect(code).toBe(0);
    expect(stdout).toContain('# Replica lag: store main of blog/prod');
    expect(stdout).toContain('blog-prod-main-r1');
    expect(stdout).not.toContain('on this machine, too');
    expect(stdout).toMatch(/--start-time \d{4}-\d{2}-\d{2}T\d{2}:\d{2}:00Z/);
  });

  it('fails with 2 on one that there is not, naming the nearest, and on a store that does not fit', async () => {
    const [unknown, misfit] = await Promise.all([
      project.call('runbook', 'replica-lga'),
      project.call('runbook', 'shards', '--store', 'main'),
    ]);
    expect([unknown.code, misfit.code]).toEqual([2, 2]);
    expect(unknown.stderr).toContain('did you mean "replica-lag"?');
    expect(misfit.stderr).toContain('known are: posts');
  });
});
