// `npm run guard:examples`: whether this version of the kit would replace or unguard a database of the previous version's examples.
// Takes every tier file with a baseline as the last release has them (without a release, as the last commit has them), and compares them with
// what the kit makes of them now. `-- --accept "reason"` writes the baselines of the examples anew instead, for the next release.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const [flag, reason] = process.argv.slice(2);
const git = (...args) =>
  execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const guard = (...args) => {
  const cli = join(ROOT, 'bin', 'polystore.cjs');
  return spawnSync(process.execPath, [cli, 'guard', ...args], { cwd: ROOT, stdio: 'inherit' }).status;
};

/** `polystore.baseline.json` is of `tier.config.ts`, `shop.baseline.json` of `shop.config.ts`. */
const tierFileOf = (baseline) =>
  join(
    dirname(baseline),
    basename(baseline)
      .replace(/^polystore\./, 'tier.')
      .replace(/\.baseline\.json$/, '.config.ts'),
  );

function lastRelease() {
  try {
    return git('describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*').trim();
  } catch {
    return undefined;
  }
}

const release = lastRelease();
const ref = flag === '--accept' ? 'HEAD' : (release ?? 'HEAD');
const baselines = git('ls-tree', '-r', '-z', '--name-only', '--full-tree', ref)
  .split('\0')
  .filter((path) => /(^|\/)[^/]+\.baseline\.json$/.test(path));
if (baselines.length === 0) throw new Error(`no baseline of an example at ${ref}`);

const failed = [];
if (flag === '--accept') {
  for (const baseline of baselines) {
    const tier = tierFileOf(baseline);
    if (guard('--tier', tier, '--accept', '--reason', reason ?? '') !== 0) failed.push(tier);
  }
} else {
  console.log(`examples of ${release ?? 'the last commit, since there is no release yet'}, made by this version`);
  for (const baseline of baselines) if (!isSafe(baseline)) failed.push(tierFileOf(baseline));
  console.log(`${baselines.length - failed.length} of ${baselines.length} examples lose nothing`);
}
process.exitCode = failed.length > 0 ? 1 : 0;

/** A tier file of the ref beside its baseline of the ref; what it imports is this version's, as for whoever takes the new version. */
function isSafe(baseline) {
  const path = tierFileOf(baseline);
  const directory = mkdtempSync(join(tmpdir(), 'polystore-example-'));
  try {
    const text = git('show', `${ref}:${path}`).replaceAll(
      /\bfrom '(\.[^']+)'/g,
      (_, relative) => `from ${JSON.stringify(resolve(ROOT, dirname(path), relative))}`,
    );
    writeFileSync(join(directory, basename(path)), text);
    writeFileSync(join(directory, basename(baseline)), git('show', `${ref}:${baseline}`));
    console.log(`\n${path}`);
    return guard('--tier', join(directory, basename(path))) === 0;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
