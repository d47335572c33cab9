import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { replacingProperties, schemaOf } from '../../lib/guard';
import { isLess } from '../../lib/guard/sizes';

test('the schemas are those of the pinned service specification', () => {
  const script = join(__dirname, '../../scripts/update-resource-schemas.mjs');
  expect(execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' })).toBe(
    'resource schemas are current\n',
  );
});

test('they know what replaces, what may, and what never does', () => {
  expect(replacingProperties('AWS::RDS::DBInstance')).toEqual(
    expect.arrayContaining(['DBName', 'KmsKeyId', 'StorageEncrypted', 'Engine', 'SourceDBInstanceIdentifier']),
  );
  expect(replacingProperties('AWS::RDS::DBInstance')).not.toContain('DBInstanceClass');
  expect(replacingProperties('AWS::RDS::DBInstance')).not.toContain('MultiAZ');
  expect(schemaOf('AWS::RDS::DBInstance')).toMatchObject({ name: 'DBInstanceIdentifier', stateful: true });
  expect(replacingProperties('AWS::RDS::DBCluster')).toContain('DatabaseName');
  expect(replacingProperties('AWS::DynamoDB::Table')).toContain('KeySchema');
  expect(schemaOf('Custom::Anything')).toBeUndefined();
});

test.each([
  ['17', '16', true],
  ['16', '17', false],
  ['17.4', '17.10', false],
  ['17.10', '17.4', true],
  ['17.4', '17', false],
  ['17', '17.4', false],
  ['200', '100', true],
  ['{a parameter}', '100', false],
])('from %s to %s is less: %s', (before, after, expected) => {
  expect(isLess(before, after)).toBe(expected);
});
