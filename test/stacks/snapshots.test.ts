import instagram from '../../examples/instagram.config';
import social from '../../examples/social.config';
import { parseTier } from '../../lib/definition';
import { blogTier, type BlogStage } from '../support/blog-tier';
import { synthesizedNow, templatesOf, type TemplateJson } from '../support/synthesized-tier';

const STACKS = ['network', 'main', 'posts', 'posts-shards-s0', 'access', 'operations'];
const ALARMS = ['alarms', 'main-alarms', 'posts-alarms', 'posts-alarms-s0'];
const templates: Record<BlogStage, Record<string, TemplateJson>> = {
  dev: templatesOf(blogTier('dev')),
  prod: templatesOf(blogTier('prod')),
};

// What a template promises is asserted elsewhere; this shows what else changed.
describe.each(['dev', 'prod'] as const)('%s', (stage) => {
  test.each(stage === 'prod' ? [...STACKS, ...ALARMS] : STACKS)('template of %s', (stack) => {
    expect(withoutHashes(templates[stage][stack])).toMatchSnapshot();
  });
});

describe('caches of a network of people', () => {
  const synthesized = templatesOf(parseTier(instagram, { stage: 'live' }));
  test.each(['feeds', 'sessions', 'pages', 'feeds-alarms'])('template of %s', (stack) => {
    expect(withoutHashes(synthesized[stack])).toMatchSnapshot();
  });
});

describe('documents and a graph of a network of people', () => {
  const synthesized = templatesOf(parseTier(social, { stage: 'live' }));
  test.each(['profiles', 'people'])('template of %s', (stack) => {
    expect(withoutHashes(synthesized[stack])).toMatchSnapshot();
  });
});

test.each(['dev', 'prod'] as const)('%s is synthesized the same each time', (stage) => {
  expect(JSON.stringify(synthesizedNow(blogTier(stage)))).toBe(JSON.stringify(templates[stage]));
});

/** What stands for the content of the kit's own code and of other templates: it changes with every line of them. */
const withoutHashes = (template: TemplateJson | undefined): unknown =>
  JSON.parse(JSON.stringify(template).replaceAll(/[0-9a-f]{64}/g, '<sha256>'));
