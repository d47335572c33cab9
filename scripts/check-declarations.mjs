// Whether the kit's published types are whole for whoever checks all declarations: each entry point is imported by strict TypeScript without
// `skipLibCheck`, beside the packages that package.json declares for users and no other.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = process.cwd();
const tsc = join(root, 'node_modules/@typescript/native/bin/tsc');
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const project = mkdtempSync(join(tmpdir(), 'polystore-declarations-'));
try {
  const modules = join(project, 'node_modules');
  const kit = join(modules, manifest.name);
  mkdirSync(kit, { recursive: true });
  writeFileSync(join(kit, 'package.json'), JSON.stringify(manifest));
  const emit = ['-p', 'tsconfig.build.json', '--noCheck', '--emitDeclarationOnly', '--outDir', join(kit, 'dist')];
  execFileSync(process.execPath, [tsc, ...emit], { stdio: 'inherit' });

  const declared = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies };
  // A user has types of Node in any case; engines of other platforms are not here.
  for (const name of [...Object.keys(declared), '@types/node']) {
    const installed = join(root, 'node_modules', name);
    if (!existsSync(installed)) continue;
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(installed, join(modules, name));
  }

  const entries = Object.entries(manifest.exports).filter(([, { types }]) => types !== undefined);
  const imports = entries.map(
    ([entry], index) => `import * as entry${index} from '${entry.replace('.', manifest.name)}';`,
  );
  const uses = entries.map((_, index) => `entry${index}`).join(', ');
  writeFileSync(join(project, 'user.ts'), `${imports.join('\n')}\nvoid [${uses}];\n`);
  const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext', '--target', 'es2022'];
  const { status } = spawnSync(process.execPath, [tsc, ...options, '--types', 'node', 'user.ts'], {
    cwd: project,
    stdio: 'inherit',
  });
  console.log(`${entries.length} entry points${status === 0 ? ', all types found' : ''}`);
  process.exitCode = status === 0 ? 0 : 1;
} finally {
  rmSync(project, { recursive: true, force: true });
}
