import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { COMMENT_MARKER, renderDiffPage } from '../../lib/diff';

const action = join(__dirname, '../../.github/actions/polystore-diff');
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'polystore-comment-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Runs the script with GitHub's command line replaced by one that writes down how it is called. */
function comment(page: string, existing: string): { readonly calls: string; readonly body: string } {
  const gh = join(directory, 'gh');
  writeFileSync(
    gh,
    `#!/usr/bin/env bash
echo "$*" >> "${directory}/calls"
for argument in "$@"; do case "$argument" in body=@*) cp "\${argument#body=@}" "${directory}/body" ;; esac; done
case "$*" in *--paginate*) printf '${existing}' ;; esac
`,
  );
  chmodSync(gh, 0o755);
  writeFileSync(join(directory, 'page.md'), page);
  const { status, stderr } = spawnSync('bash', [join(action, 'comment.sh'), join(directory, 'page.md')], {
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${directory}${delimiter}${process.env['PATH']}`,
      COMMENTS: 'repos/shop/tier/issues/7/comments',
      REPOSITORY: 'shop/tier',
    },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return { calls: readFileSync(join(directory, 'calls'), 'utf8'), body: readFileSync(join(directory, 'body'), 'utf8') };
}

const page = renderDiffPage('shop', 'HEAD', []);

test('the first page becomes a comment', () => {
  const { calls, body } = comment(page, '');
  expect(calls).toContain(`startswith("${COMMENT_MARKER}")`);
  expect(calls).toContain('--method POST repos/shop/tier/issues/7/comments');
  expect(body).toBe(page);
});

test('the next one replaces it, and only the first of several', () => {
  const { calls } = comment(page, '41\\n42\\n');
  expect(calls).toContain('--method PATCH repos/shop/tier/issues/comments/41');
  expect(calls).not.toContain('POST');
});

test('a page that is too long is cut at a whole character', () => {
  const { body } = comment(`${COMMENT_MARKER}\n${'→'.repeat(40_000)}`, '');
  expect(Buffer.byteLength(body)).toBeLessThan(65_536);
  expect(body.endsWith('→')).toBe(true);
});

test('the action calls commands and options that there are', () => {
  const text = readFileSync(join(action, 'action.yml'), 'utf8');
  const commands = readFileSync(join(__dirname, '../../bin/polystore.ts'), 'utf8');
  for (const option of ['--base', '--markdown']) {
    expect(text).toContain(option);
    expect(commands).toContain(`'${option}`);
  }
  expect(text).toContain('polystore diff --tier');
  expect(text).toContain('polystore guard --tier');
});
