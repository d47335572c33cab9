// Every relative link of every tracked Markdown file leads to a file, and its #fragment to a heading.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', '*.md'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file && existsSync(file));

/** GitHub's anchor of a heading. */
const anchorOf = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (file) =>
  new Set([...readFileSync(file, 'utf8').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => anchorOf(heading)));

const faults = [];
for (const file of files) {
  // Without what is in code, in the lines that it stands in.
  const text = readFileSync(file, 'utf8').replace(/```[\s\S]*?```/g, (block) => block.replace(/[^\n]/g, ''));
  for (const { 1: target, index } of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    const place = `${file}:${text.slice(0, index).split('\n').length}`;
    if (/^[a-z]+:/.test(target)) continue;
    const [path, fragment] = target.split('#');
    const found = path ? normalize(join(dirname(file), path)) : file;
    if (!existsSync(found)) faults.push(`${place}: ${target} leads nowhere`);
    else if (fragment && statSync(found).isFile() && !anchorsOf(found).has(fragment))
      faults.push(`${place}: ${target} has no such heading`);
  }
}
for (const fault of faults) console.error(fault);
console.log(`${files.length} documents, ${faults.length} dead links`);
process.exitCode = faults.length > 0 ? 1 : 0;
