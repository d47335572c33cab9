import { blogTier, type BlogStage } from '../support/blog-tier';
import { templatesOf, type TemplateJson } from '../support/synthesized-tier';

const STACKS = ['network', 'main', 'posts', 'posts-shards-s0', 'access'];
const templates: Record<BlogStage, Record<string, TemplateJson>> = {
  dev: templatesOf(blogTier('dev')),
  prod: templatesOf(blogTier('prod')),
};

// What a template promises is asserted elsewhere; this shows what else changed.
describe.each(['dev', 'prod'] as const)('%s', (stage) => {
  test.each(STACKS)('template of %s', (stack) => {
    expect(templates[stage][stack]).toMatchSnapshot();
  });
});

test.each(['dev', 'prod'] as const)('%s is synthesized the same each time', (stage) => {
  expect(JSON.stringify(templatesOf(blogTier(stage)))).toBe(JSON.stringify(templates[stage]));
});
