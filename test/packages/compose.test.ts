import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentdb, neptune, parseTier, valkey } from '../../lib/definition';
import { planOtherStores } from '../../lib/local/other-engines';
import { findFreePorts } from '../../lib/local/ports';
import { urlVariable } from '../../lib/local/store-url';

const ROOT = join(__dirname, '..', '..');
const text = readFileSync(join(ROOT, 'compose.yaml'), 'utf8');
const valuesOf = (pattern: RegExp): readonly string[] => [...text.matchAll(pattern)].map(([, value = '']) => value);

test('every server of compose.yaml is of one version, listens on the loopback address, and has no password in the file', () => {
  const images = valuesOf(/^ {4}image: (?:&\w+ )?(?!\*)(\S+)$/gm);
  expect(images.map((image) => image.replace(/:.*/, ''))).toEqual(['valkey/valkey', 'mongo', 'neo4j']);
  for (const image of images) expect(image).toMatch(/:\d+\.\d+\.\d+$/);
  const ports = valuesOf(/'(\S+:\d+:\d+)'/g);
  expect(ports).toEqual([
    '127.0.0.1:6379:6379',
    '127.0.0.1:27017:27017',
    '127.0.0.1:27018:27018',
    '127.0.0.1:7687:7687',
  ]);
  const passwords = valuesOf(/PASSWORD: (.+)$/gm);
  for (const password of passwords) expect(password).toMatch(/^\$\{POLYSTORE_PASSWORD:\?/);
});

test('the commands that it is used by name servers that it has', () => {
  const services = valuesOf(/^ {2}([a-z-]+):$/gm);
  const named = valuesOf(/--wait ([a-z -]+)$/gm).flatMap((names) => names.split(' '));
  expect(named.length).toBeGreaterThan(0);
  expect(services).toEqual(expect.arrayContaining(named));
});

describe('the URL that stands above each server', () => {
  const KINDS = { sessions: valkey(), catalog: documentdb(), people: neptune() };
  const given = [...text.matchAll(/^ {2}# (POLYSTORE_URL_\S+)=(\S+)$\n(?: {2}#.*\n)* {2}(\S+):$/gm)].map(
    ([, variable = '', url = '', service = '']) => ({
      variable,
      url: url.replace('$POLYSTORE_PASSWORD', 'secret'),
      service,
    }),
  );

  test('is there for each kind of store that runs by a URL', () => {
    expect(given.map(({ variable }) => variable)).toEqual(Object.keys(KINDS).map(urlVariable));
  });

  test.each(given)('$variable leads to a port of "$service", as a user whom it makes', ({ url, service }) => {
    const { port, username } = new URL(url);
    const own = new RegExp(`^ {2}${service}:\\n((?: {3,}.*\\n|\\n)*)`, 'm').exec(text)?.[1] ?? '';
    expect(own).toContain(`127.0.0.1:${port}:${port}`);
    // Redis and Valkey have a user without a name, whose password is asked for.
    expect(own).toMatch(username === '' ? /requirepass/ : new RegExp(`(ROOT_USERNAME: |NEO4J_AUTH: )${username}\\b`));
  });

  test.each(given)(
    '$variable is understood: what it leads to is asked, and missed by its name',
    async ({ variable, url }) => {
      const [port] = (await findFreePorts(1)) as [number];
      const store = Object.keys(KINDS).find((name) => urlVariable(name) === variable) as keyof typeof KINDS;
      const tier = parseTier({
        name: 'given',
        stages: { dev: { profile: 'disposable' } },
        stores: { [store]: KINDS[store] },
      });
      const elsewhere = Object.assign(new URL(url), { port: String(port) }).href;
      await expect(planOtherStores(tier, '', { [store]: elsewhere })).rejects.toMatchObject({
        code: 'ENGINE_FAILED',
        message: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${port}, which ${variable} names, .*ECONNREFUSED`)),
      });
    },
  );
});

test('the graph is of the version that conformance proves', () => {
  const proven = readFileSync(join(ROOT, 'scripts', 'conformance', 'engines', 'neo4j.xml'), 'utf8');
  expect(valuesOf(/image: neo4j:(\S+)/g)).toEqual([
    /<artifactId>neo4j<\/artifactId>\s*<version>(.+)</.exec(proven)?.[1],
  ]);
});
