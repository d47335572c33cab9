'use strict';
const { createHash } = require('node:crypto');
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const { basename, dirname, join, resolve } = require('node:path');

const ROOT = resolve(__dirname, '..');
const CACHE = join(ROOT, 'node_modules', '.cache', 'cdk-polystore', 'compiled');
/** Beside its sources, what a compiled program depends on: how it is compiled, by what, and how names of modules are read. */
const SETTINGS = ['bin/compiled.cjs', 'package.json', 'package-lock.json', 'tsconfig.json'];

/**
 * Loads a program of a clone, `bin/<name>.ts`: its TypeScript, compiled to one file, once for the same sources. Several hundred files that are
 * compiled one by one take a quarter of a synthesis.
 *
 * A compiled file is named by the hash of all that it was made of, and is made anew when any of that has changed.
 */
async function loadProgram(name) {
  // Stacks name the TypeScript.
  process.setSourceMapsEnabled(true);
  const record = join(CACHE, `${name}.json`);
  const known = sourcesIn(record);
  const file = known && fileOf(name, known);
  return require(file !== undefined && existsSync(file) ? file : await compile(name, record));
}

/** The sources that the program was last made of, relative to the clone. */
function sourcesIn(record) {
  try {
    return JSON.parse(readFileSync(record, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Where the program of these sources lies, as they are now; nowhere, where one is gone. */
function fileOf(name, sources) {
  const hash = createHash('sha256').update(`${ROOT}\0`);
  try {
    for (const source of [...sources, ...SETTINGS]) {
      hash
        .update(`${source}\0`)
        .update(readFileSync(join(ROOT, source)))
        .update('\0');
    }
  } catch {
    return undefined;
  }
  return join(CACHE, `${name}-${hash.digest('hex')}.cjs`);
}

async function compile(name, record) {
  const { build, stop } = require('esbuild');
  const { outputFiles, metafile } = await build({
    entryPoints: [join('bin', `${name}.ts`)],
    absWorkingDir: ROOT,
    outfile: join(CACHE, `${name}.cjs`),
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: `node${process.versions.node}`,
    // Constructs and errors are told apart by the names of their classes.
    keepNames: true,
    write: false,
    sourcemap: 'external',
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
    plugins: [{ name: 'places', setup: keepPlaces }],
    // Else its process stays for as long as this one, which may be days, and may outlive it by a moment.
  }).finally(stop);
  const sources = Object.keys(metafile.inputs).sort();
  const file = fileOf(name, sources);
  mkdirSync(CACHE, { recursive: true });
  removeForgotten();
  const [map, program] = ['.map', '.cjs'].map((end) => outputFiles.find(({ path }) => path.endsWith(end)).text);
  publish(`${file}.map`, map);
  publish(file, `${program}//# sourceMappingURL=${basename(file)}.map\n`);
  publish(record, JSON.stringify(sources));
  return file;
}

/** Programs of sources that are no more; not those of a moment ago, which another process may be about to load. */
function removeForgotten() {
  const dayAgo = Date.now() - 86_400_000;
  for (const file of readdirSync(CACHE).map((name) => join(CACHE, name))) {
    if (statSync(file, { throwIfNoEntry: false })?.mtimeMs < dayAgo) rmSync(file, { force: true });
  }
}

/** Files that look for others beside themselves find them where they were written. */
function keepPlaces({ onLoad }) {
  onLoad({ filter: /\.ts$/ }, ({ path }) => {
    const text = readFileSync(path, 'utf8');
    if (!/\b__(?:dirname|filename)\b/.test(text)) return undefined;
    const places = `const __dirname = ${JSON.stringify(dirname(path))}, __filename = ${JSON.stringify(path)};`;
    return { contents: `${places} ${text}`, loader: 'ts' };
  });
}

/** Written beside and renamed into place: another process may look at the same time. */
function publish(file, text) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}

module.exports = { loadProgram };
