import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEnded } from '../../bin/ended-servers';
import { proofReport } from '../report/proof-report';

const { smoke } = proofReport;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'polystore-ended-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const state = {
  version: 1,
  supervisor: { pid: 1, mark: 'boot/1' },
  servers: [{ store: 'main', name: 'r1', pid: 8123, status: { kind: 'ended', signal: 'SIGKILL' } }],
};
const notesWith = async (text: string): Promise<readonly unknown[]> => {
  writeFileSync(join(directory, 'state.json'), text);
  const { outcomes } = await describeEnded(smoke, directory);
  return outcomes.flatMap((outcome) => (outcome.status === 'failed' ? (outcome.notes ?? []) : []));
};

test('a failed check is told how the process of its server ended', async () => {
  expect(await notesWith(JSON.stringify(state))).toContain('process 8123 ended by SIGKILL');
});

test.each([
  ['there is none', undefined],
  ['it is of an unknown version', JSON.stringify({ ...state, version: 2 })],
  ['it is cut off', '{"version": 1'],
])('no report is lost for want of the state: %s', async (_, text) => {
  if (text !== undefined) writeFileSync(join(directory, 'state.json'), text);
  expect(await describeEnded(smoke, directory)).toEqual(smoke);
});
