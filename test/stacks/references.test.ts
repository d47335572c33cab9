import { blogTier } from '../support/blog-tier';
import { templatesOf, type TemplateJson } from '../support/synthesized-tier';

const STATEFUL = ['network', 'main', 'posts', 'posts-shards-s0'] as const;
const stateful = (templates: Record<string, TemplateJson>): Record<string, TemplateJson | undefined> =>
  Object.fromEntries(STATEFUL.map((name) => [name, templates[name]]));

describe.each(['dev', 'prod'] as const)('references of the example tier in %s', (stage) => {
  const templates = templatesOf(blogTier(stage));

  test('are strong between stacks with data', () => {
    expect(JSON.stringify(stateful(templates))).not.toContain('Fn::GetStackOutput');
    expect(JSON.stringify(templates['main'])).toContain(`blog-${stage}-network:ExportsOutput`);
    expect(JSON.stringify(templates['posts-shards-s0'])).toContain(`blog-${stage}-posts:ExportsOutput`);
  });

  test.each(['access', 'operations'])(
    'are weak in stack %s, so that a store or a service leaves in one deployment',
    (name) => {
      const access = JSON.stringify(templates[name]);
      expect(access).toContain('Fn::GetStackOutput');
      expect(access).not.toContain('Fn::ImportValue');
    },
  );

  test('of stores go to the network and to their own base stack, never to another store or to a consumer', () => {
    for (const [name, mayImport] of [
      ['network', []],
      ['main', ['network']],
      ['posts', ['network']],
      ['posts-shards-s0', ['network', 'posts']],
    ] as const) {
      const imported = JSON.stringify(templates[name]).matchAll(/"Fn::ImportValue":"blog-(?:dev|prod)-([^:]+):/g);
      expect([
        name,
        [...new Set([...imported].map(([, stack]) => stack))].filter((s) => !mayImport.includes(s as never)),
      ]).toEqual([name, []]);
    }
  });
});

test('stacks with data stay as they are when services come, change or go', () => {
  const without = stateful(templatesOf(blogTier('prod', { services: {} })));
  const withMany = stateful(
    templatesOf(
      blogTier('prod', {
        services: { zebra: { uses: { main: 'write', posts: 'read' } }, yak: { uses: { posts: 'write' } } },
      }),
    ),
  );
  expect(JSON.stringify(withMany)).toBe(JSON.stringify(without));
  expect(JSON.stringify(without)).not.toMatch(/zebra|yak/);
});

test('stacks with data stay as they are when another store leaves the tier', () => {
  const before = templatesOf(blogTier('prod'));
  const after = templatesOf(blogTier('prod', { onlyMain: true }));
  expect(Object.keys(after).sort()).toEqual(['access', 'alarms', 'main', 'main-alarms', 'network', 'operations']);
  for (const name of ['network', 'main']) expect([name, after[name]]).toEqual([name, before[name]]);
  for (const name of ['access', 'operations']) expect(JSON.stringify(after[name])).not.toContain('posts');
});
