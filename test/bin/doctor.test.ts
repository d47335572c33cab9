import { createProject } from '../support/command-line';

const project = createProject();
afterAll(() => project.remove());

test('polystore doctor says that nothing stands in the way, without asking AWS', async () => {
  const { code, stdout, stderr } = await project.run('doctor');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^✓ node [\s\S]*\n✓ quotas [\s\S]*\n4 good, 0 warning, 0 bad, 0 unknown\n$/);
});

test('polystore doctor --json prints the same for programs', async () => {
  const { stdout } = await project.call('doctor', '--stage', 'prod', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    tier: 'blog',
    stage: 'prod',
    diagnoses: ['node', 'engine', 'zones', 'quotas'].map((subject) => ({ subject, verdict: 'good' })),
  });
});
