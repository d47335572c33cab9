import fc from 'fast-check';
import { locateIn } from '../../lib/definition/faults/locate';

/** Where a path is found in a file, as `line:column`. */
function placeIn(text: string, path: string): string | undefined {
  const location = locateIn({ file: 'tier.config.ts', text })(path === '' ? [] : path.split('.'));
  if (location === undefined) return undefined;
  expect(location.file).toBe('tier.config.ts');
  return `${location.line}:${location.column}`;
}

/** The same, as the text that stands there up to the end of the line. */
function foundIn(text: string, path: string): string | undefined {
  const place = placeIn(text, path);
  if (place === undefined) return undefined;
  const [line = 0, column = 0] = place.split(':').map(Number);
  return text.split('\n')[line - 1]?.slice(column - 1);
}

const whole = `import { defineTier, postgres } from 'cdk-polystore';

const report = { uses: { main: 'read' } } as const;
const shared = { class: 'r8g.large', replicas: 2 };
const stages = { dev: { profile: 'disposable', zones: ['eu-west-1a', 'eu-west-1b'] } };

export default defineTier({
  name: 'shop',
  stages,
  stores: {
    main: postgres({
      replicas: { r1: {} },
    }),
    'with-dash': postgres({ class: 'r8g.large' }),
    spread: postgres({ ...shared, replicas: 3 }),
  },
  services: { web: { uses: { main: 'read' } }, report },
} satisfies object);
`;

describe('a path of the definition is found', () => {
  test.each([
    ['name', "name: 'shop',"],
    ['stores.main', 'main: postgres({'],
    ['stores.main.replicas', 'replicas: { r1: {} },'],
    ['stores.main.replicas.r1', 'r1: {} },'],
    ['stores.with-dash', "'with-dash': postgres({ class: 'r8g.large' }),"],
    ['stores.with-dash.class', "class: 'r8g.large' }),"],
    ['services.web.uses.main', "main: 'read' } }, report },"],
    // Through constants of the same file, shorthand or not, and spreads.
    ['stages', 'stages,'],
    ['stages.dev.profile', "profile: 'disposable', zones: ['eu-west-1a', 'eu-west-1b'] } };"],
    ['stages.dev.zones.1', "'eu-west-1b'] } };"],
    ['services.report.uses.main', "main: 'read' } } as const;"],
    ['stores.spread.class', "class: 'r8g.large', replicas: 2 };"],
    ['stores.spread.replicas', 'replicas: 3 }),'],
    // What is not written is found at what it is missing from.
    ['stores.main.class', 'main: postgres({'],
    ['stores.main.replicas.r1.class', 'r1: {} },'],
    ['stores.other.class', 'stores: {'],
    ['network.cidr', 'defineTier({'],
    ['', 'defineTier({'],
  ])('%s', (path, text) => {
    expect(foundIn(whole, path)).toBe(text);
  });

  test('counting lines and columns from 1', () => {
    expect(placeIn('export default { name: 1 }', 'name')).toBe('1:18');
    expect(placeIn('\n\nexport default {\n  name: 1,\n}', 'name')).toBe('4:3');
  });

  test.each([
    ['a plain object', 'export default { name: 1 }'],
    ['a constant', 'const tier = { name: 1 };\nexport default tier;'],
    ['a constant, renamed', 'const tier = { name: 1 };\nexport { tier as default };'],
    ['an exported constant', 'export const tier = defineTier({ name: 1 });\nexport default tier;'],
    ['a typed object', 'export default <TierConfig>{ name: 1 };'],
    ['an assertion', 'export default { name: 1 } as TierConfig;'],
    ['nested calls', 'export default Object.freeze(defineTier({ name: 1 }));'],
    ['CommonJS', 'module.exports = defineTier({ name: 1 });'],
    ['an export assignment', 'export = defineTier({ name: 1 });'],
    ['a quoted key', 'export default { "name": 1 }'],
  ])('in %s', (_, text) => {
    expect(foundIn(text, 'name')).toMatch(/^"?name"?: 1/);
  });
});

describe('a path that can not be followed', () => {
  test.each([
    [
      'into another file',
      "import { stores } from './stores';\nexport default { stores };",
      'stores.main.class',
      'stores };',
    ],
    ['through a function', 'export default { stores: makeStores() };', 'stores.main', 'stores: makeStores() };'],
    [
      'through a computed key',
      'const a = "stores";\nexport default { [a]: { main: 1 } };',
      'stores.main',
      '{ [a]: { main: 1 } };',
    ],
    ['through a method', 'export default { stores() {} };', 'stores.main', 'stores() {} };'],
    [
      'through a constant that is defined by itself',
      'const a = a;\nexport default { stores: a };',
      'stores.main',
      'stores: a };',
    ],
    ['through a spread of itself', 'const a = { ...a };\nexport default { stores: a };', 'stores.main', 'stores: a };'],
    ['past the end of a list', 'export default { zones: [1] };', 'zones.7', 'zones: [1] };'],
  ])('%s is found at the nearest place around it', (_, text, path, found) => {
    expect(foundIn(text, path)).toBe(found);
  });

  test.each([
    ['does not compile', 'export default { name: '],
    ['exports no default', 'export const name = 1;'],
    ['is empty', ''],
    ['is not JavaScript', '{ "name": 1 }'],
  ])('in a file that %s is not found', (_, text) => {
    expect(placeIn(text, 'name')).toBeUndefined();
  });

  test('never throws, whatever the file and the path', () => {
    const cut = fc.nat({ max: whole.length }).map((end) => whole.slice(0, end));
    const spoilt = fc.tuple(fc.nat({ max: whole.length }), fc.constantFrom('}', '(', '...', "'", '@', '\\', 'default'));
    const text = fc.oneof(
      fc.string(),
      cut,
      spoilt.map(([at, piece]) => whole.slice(0, at) + piece + whole.slice(at)),
    );
    const key = fc.oneof(
      fc.string(),
      fc.constantFrom('stores', 'main', 'spread', 'class', 'stages', 'zones', '1', '__proto__'),
    );
    fc.assert(
      fc.property(text, fc.array(key, { maxLength: 5 }), (source, path) => {
        const location = locateIn({ file: 'tier.config.ts', text: source })(path);
        if (location !== undefined) expect(Math.min(location.line, location.column)).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });
});
