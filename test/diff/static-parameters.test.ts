import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { effectOf } from '../../lib/diff/update-effect';
import { isStaticParameter } from '../../lib/diff/static-parameters';
import { findPostgres } from '../../lib/local/postgres-binaries';

test('the static parameters are those that PostgreSQL itself reads at its start only', async () => {
  const { directory } = await findPostgres();
  const described = execFileSync(join(directory, 'bin/postgres'), ['--describe-config'], { encoding: 'utf8' });
  const rows = described
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  expect(rows.length).toBeGreaterThan(300);
  const mistaken = rows
    .filter(([name = '', context]) => isStaticParameter(name) !== (context === 'postmaster'))
    .map(([name, context]) => `${name}: ${context}`);
  expect(mistaken).toEqual([]);
});

test.each([
  [
    'AWS::RDS::DBParameterGroup',
    'Parameters',
    { max_connections: '1' },
    { max_connections: '2' },
    'waits for a reboot',
  ],
  ['AWS::RDS::DBParameterGroup', 'Parameters', { work_mem: '1' }, { work_mem: '2' }, 'updated'],
  ['AWS::RDS::DBClusterParameterGroup', 'Parameters', {}, { 'rds.logical_replication': '1' }, 'waits for a reboot'],
  ['AWS::RDS::DBInstance', 'BackupRetentionPeriod', 0, 7, 'interrupted'],
  ['AWS::RDS::DBInstance', 'BackupRetentionPeriod', 1, 7, 'updated'],
  ['AWS::RDS::DBInstance', 'EngineVersion', '16', '17', 'interrupted'],
  ['AWS::RDS::DBInstance', 'DBName', 'a', 'b', 'replaced'],
  ['AWS::RDS::DBInstance', 'Tags', [], [1], 'updated'],
])('%s.%s from %j to %j: %s', (type, property, before, after, effect) => {
  expect(effectOf(type, property, before, after)).toBe(effect);
});
