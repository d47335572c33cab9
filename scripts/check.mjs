// `npm run check`: types, here and as they are published, lint with the import walls, format, links, runbooks, documents that are written from code. Runs all of them, then says what failed.
import { spawnSync } from 'node:child_process';

const checks = [
  ['types', process.execPath, ['node_modules/@typescript/native/bin/tsc', '--noEmit', '-p', 'tsconfig.json']],
  ['declarations', process.execPath, ['scripts/check-declarations.mjs']],
  ['lint', 'eslint', ['--max-warnings', '0', '.']],
  ['format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['links', process.execPath, ['scripts/check-links.mjs']],
  ['runbooks', process.execPath, ['--import', 'tsx', 'scripts/check-runbooks.ts']],
  ['alarms', process.execPath, ['--import', 'tsx', 'scripts/alarms-doc.ts', '--check']],
  ['definition', process.execPath, ['--import', 'tsx', 'scripts/definition-doc.ts', '--check']],
];

const failed = [];
for (const [name, command, args] of checks) {
  const started = performance.now();
  const isScript = command === process.execPath;
  const { status } = spawnSync(isScript ? command : `node_modules/.bin/${command}`, args, { stdio: 'inherit' });
  const took = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? '✓' : '✗'} ${name.padEnd(12)} ${took} s`);
  if (status !== 0) failed.push(name);
}
console.log(`${checks.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
