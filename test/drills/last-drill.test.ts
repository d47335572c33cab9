import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLastDrill, type DrillReport } from '../../lib/drills';
import { keepLastDrill } from '../../lib/drills/last-drill';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polystore-drills-'));
});
afterEach(() => rm(directory, { recursive: true }));

const report = { version: 1, drill: 'failover', store: 'main', passed: true } as DrillReport;

test('how a drill went last is read as it was kept, in the place of the one before', async () => {
  await keepLastDrill(join(directory, 'new'), { ...report, passed: false });
  await keepLastDrill(join(directory, 'new'), report);
  expect(await readLastDrill(join(directory, 'new'), 'failover')).toEqual(report);
});

test.each([
  ['is not there', undefined],
  ['is of an unknown version', JSON.stringify({ ...report, version: 2 })],
  ['is cut off', '{"version": 1'],
])('a report that %s tells nothing, since the next drill writes another', async (_, text) => {
  if (text !== undefined) await writeFile(join(directory, 'failover.json'), text);
  expect(await readLastDrill(directory, 'failover')).toBeUndefined();
});
