import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deleteLocalTier, inspectLocalTier, readLocalState, stopLocalTier, type LocalState } from '../../lib/local';
import { STATE_VERSION, writeLocalState } from '../../lib/local/state';

let directory: string;
const file = (): string => join(directory, 'state.json');

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polystore-state-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const state: LocalState = {
  version: STATE_VERSION,
  tier: 'pair',
  stage: 'dev',
  supervisor: { pid: 1, mark: 'boot/1' },
  startedAt: '2026-01-31T12:00:00.000Z',
  servers: [
    {
      store: 'main',
      name: 'primary',
      label: 'main/primary',
      role: 'primary',
      port: 5432,
      pid: 2,
      dataDirectory: 'data/main/primary',
      log: 'log/main/primary.log',
      status: { kind: 'ended', code: null, signal: 'SIGKILL', at: '2026-01-31T12:00:01.000Z' },
    },
  ],
};

test('a state is read as it was written', async () => {
  await writeLocalState(file(), state);
  expect(await readLocalState(directory)).toEqual(state);
});

describe.each([
  ['of an unknown version', JSON.stringify({ ...state, version: 2 }), 'version: got 2, expected 1'],
  ['of no version', JSON.stringify({ ...state, version: undefined }), 'version: got nothing, expected 1'],
  ['without servers', JSON.stringify({ ...state, servers: undefined }), 'servers: Invalid input: expected array'],
  ['cut off', JSON.stringify(state).slice(0, 40), 'not JSON'],
])('a state %s', (_, text, why) => {
  beforeEach(() => writeFile(file(), text));

  test('is refused, saying where, why and what to do', async () => {
    for (const read of [readLocalState, inspectLocalTier]) {
      await expect(read(directory)).rejects.toMatchObject({
        code: 'DOCUMENT_INVALID',
        message: expect.stringContaining(`state of the tier at ${file()} can't be read: ${why}`),
        details: { document: 'state of the tier', source: file() },
        next: expect.stringMatching(/states of version 1: .*npx polystore down.*Its data stays/),
      });
    }
    expect(await readFile(file(), 'utf8')).toBe(text);
  });

  test('does not keep down from clearing it away, nor data from staying', async () => {
    await mkdir(join(directory, 'data'));
    await expect(stopLocalTier(directory)).rejects.toMatchObject({ code: 'TIER_NOT_UP' });
    expect(await readLocalState(directory)).toBeUndefined();
    await expect(readFile(join(directory, 'data'))).rejects.toMatchObject({ code: 'EISDIR' });
    await deleteLocalTier(directory);
  });
});
