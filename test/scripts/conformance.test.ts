import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiledScript } from '../support/compiled-kit';

/** Runs the command in a world of its own, whose PATH leads nowhere and whose cache is empty. */
function conformance(args: readonly string[], PATH = '/nowhere') {
  const cache = mkdtempSync(join(tmpdir(), 'polystore-conformance-test-'));
  try {
    const script = compiledScript('scripts/conformance/index.ts');
    const env = { PATH, TMPDIR: cache, POLYSTORE_ENGINES: join(cache, 'engines') };
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { env, encoding: 'utf8' });
    return { status, stdout, stderr, left: readdirSync(cache).filter((name) => name.startsWith('polystore-')) };
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

test('an engine that is missing and cannot be brought is a failure that names it, and nothing is left', () => {
  const { status, stdout, left } = conformance(['--only', 'documentdb', '--only', 'neptune']);
  expect(stdout).toMatch(/^✗ documentdb +go is not on the PATH, and an engine is brought with it$/m);
  expect(stdout).toMatch(
    /^✗ neptune +no java of version 17.0 or later is on the PATH\n {2}next: Run `apt-get install/m,
  );
  expect(stdout).toMatch(/\n0 passed, 2 failed\n$/);
  expect({ status, left }).toEqual({ status: 1, left: [] });
});

test('a kind that there is not is answered with those that there are', () => {
  const { status, stderr } = conformance(['--only', 'valky']);
  expect(stderr).toBe('unknown: valky; there are valkey, dynalite, dynamodb, documentdb, neptune, go, java\n');
  expect(status).toBe(2);
});

test('what npm brings is proven, and what it lacks is shown', () => {
  const { status, stdout, left } = conformance(['--only', 'dynalite']);
  expect(stdout).toMatch(/^- dynalite +baskets transacts: dynalite \(emulated\): has no transactions$/m);
  expect(stdout).toMatch(/\n3 passed, 0 failed\n$/);
  expect({ status, left }).toEqual({ status: 0, left: [] });
});
