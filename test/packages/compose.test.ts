import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const text = readFileSync(join(__dirname, '..', '..', 'compose.yaml'), 'utf8');
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
