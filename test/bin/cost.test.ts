import { estimateTier, renderCost } from '../../lib/cost';
import { blogTier } from '../support/blog-tier';
import { createProject } from '../support/command-line';

const project = createProject();
afterAll(() => project.remove());

test('polystore cost prints the estimate of the first stage as a table, asking nobody', async () => {
  const { code, stdout, stderr } = await project.run('cost');
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: renderCost(estimateTier(blogTier('dev'))), stderr: '' });
});

test('polystore cost --json prints the estimate of any stage for programs', async () => {
  const { code, stdout } = await project.call('cost', '--stage', 'prod', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(estimateTier(blogTier('prod')));
});
