import fc from 'fast-check';
import { parseTier, shardedPostgres } from '../../lib/definition';
import {
  baselineOf,
  compareWithBaseline,
  decodeBaseline,
  encodeBaseline,
  acceptStages,
  guardStages,
  shardsInBaseline,
} from '../../lib/guard';
import type { SynthesizedStack, Verdict } from '../../lib/guard';
import { POSTS, stacksOf, TIER, tierOf, withProperties, withResource } from '../support/synthesized-stacks';

const stacks = stacksOf(tierOf());
const baseline = baselineOf(stacks);
const verdictsOf = (changed: readonly SynthesizedStack[]): readonly Verdict[] =>
  compareWithBaseline(baseline, changed, { stage: 'prod' }).verdicts;
const shown = (changed: readonly SynthesizedStack[]): string[] =>
  verdictsOf(changed).map(({ kind, resource, change }) => `${kind} ${resource}: ${change}`);

const MAIN = 'shop-prod-main';
const NETWORK = 'shop-prod-network';
const SUBNETS = 'PostgresSubnetsD95E7AB8';
const PRIMARY = 'PostgresPrimaryE59F2C4B';
const KEY = 'Key961B73FD';

const everyKept = Object.entries(baseline).flatMap(([stack, { resources }]) =>
  Object.keys(resources).map((logicalId) => ({ stack, logicalId })),
);

test('a tier has nothing to fear from its own baseline, in whatever order its stacks come', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...stacks], { minLength: stacks.length }), (shuffled) => {
      const comparison = compareWithBaseline(baseline, shuffled, { stage: 'prod' });
      expect(comparison).toMatchObject({ verdicts: [], added: [], changed: [] });
      expect(JSON.stringify(comparison.now)).toBe(JSON.stringify(baseline));
    }),
    { numRuns: 20 },
  );
});

test('whichever stateful resource is taken out of its template, its deletion is refused', () => {
  fc.assert(
    fc.property(fc.constantFrom(...everyKept), ({ stack, logicalId }) => {
      expect(verdictsOf(withResource(stacks, stack, logicalId, () => undefined))).toContainEqual(
        expect.objectContaining({ kind: 'deletion', stack, logicalId }),
      );
    }),
    { numRuns: everyKept.length * 2 },
  );
});

test('whichever create-only property changes, the replacement is refused by its name', () => {
  const everyValue = everyKept.flatMap(({ stack, logicalId }) =>
    Object.keys(baseline[stack]?.resources[logicalId]?.createOnly ?? {})
      // Types of a table's attributes are parts of a property: table-changes.test.ts has those.
      .filter((property) => !property.includes('.'))
      .map((property) => ({ stack, logicalId, property })),
  );
  expect(everyValue.length).toBeGreaterThan(30);
  fc.assert(
    fc.property(fc.constantFrom(...everyValue), ({ stack, logicalId, property }) => {
      expect(verdictsOf(withProperties(stacks, stack, logicalId, { [property]: 'another' }))).toContainEqual(
        expect.objectContaining({ kind: 'replacement', stack, logicalId, property, after: 'another' }),
      );
    }),
  );
});

test('a subnet group that is replaced takes every server in it along', () => {
  const changed = withProperties(stacks, MAIN, SUBNETS, { DBSubnetGroupName: 'by-hand' });
  expect(shown(changed)).toEqual([
    `replacement ${MAIN}/Postgres/Subnets/Default: DBSubnetGroupName nothing → by-hand`,
    `replacement ${MAIN}/Postgres/Primary: DBSubnetGroupName names ${MAIN}/Postgres/Subnets/Default, which would be replaced`,
    `replacement ${MAIN}/Postgres/Replicas/r1: DBSubnetGroupName names ${MAIN}/Postgres/Subnets/Default, which would be replaced`,
  ]);
});

test('another key replaces what it encrypts', () => {
  const changed = withProperties(stacks, MAIN, PRIMARY, { KmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/other' });
  expect(shown(changed)[0]).toBe(
    `replacement ${MAIN}/Postgres/Primary: KmsKeyId {${MAIN}/${KEY}.Arn} → arn:aws:kms:eu-west-1:111122223333:key/other`,
  );
});

test('another logical id is another, empty resource, although nothing else differs', () => {
  const changed = stacks.map((stack) => {
    const { [PRIMARY]: primary, ...others } = stack.resources;
    if (stack.name !== MAIN || primary === undefined) return stack;
    return { ...stack, resources: { ...others, PrimaryAnew: primary } };
  });
  expect(shown(changed)).toContain(`moved ${MAIN}/Postgres/Primary: logical id ${PRIMARY} → PrimaryAnew`);
});

test('another engine and another type are replacements', () => {
  expect(shown(withProperties(stacks, MAIN, PRIMARY, { Engine: 'mysql' }))).toContain(
    `replacement ${MAIN}/Postgres/Primary: Engine postgres → mysql`,
  );
  const retyped = withResource(stacks, MAIN, PRIMARY, (resource) => ({ ...resource, Type: 'AWS::RDS::DBCluster' }));
  expect(shown(retyped)).toContain(
    `replacement ${MAIN}/Postgres/Primary: Type AWS::RDS::DBInstance → AWS::RDS::DBCluster`,
  );
});

test.each([
  ['MultiAZ', false, 'lostProtection'],
  ['PubliclyAccessible', true, 'lostProtection'],
  ['DeletionProtection', undefined, 'lostProtection'],
  ['DeleteAutomatedBackups', undefined, 'lostProtection'],
  ['BackupRetentionPeriod', undefined, 'lostProtection'],
  ['StorageEncrypted', false, 'replacement'],
])('%s set to %s is one verdict: %s', (property, value, kind) => {
  const changed = withProperties(stacks, MAIN, PRIMARY, { [property]: value });
  expect(verdictsOf(changed).filter((verdict) => verdict.property === property)).toMatchObject([{ kind, property }]);
});

test.each([
  'AutoMinorVersionUpgrade',
  'DBParameterGroupName',
  'PreferredMaintenanceWindow',
  'StorageType',
  'DBInstanceClass',
])('another %s replaces nothing', (property) => {
  expect(verdictsOf(withProperties(stacks, MAIN, PRIMARY, { [property]: 'another' }))).toEqual([]);
});

describe('references between stacks', () => {
  const subnet = baseline[NETWORK]?.resources;
  const vpc = Object.entries(subnet ?? {}).find(([, { type }]) => type === 'AWS::EC2::VPC')?.[0] as string;

  /** The tier with its secret's key imported in the way that `reference` makes it. */
  const withExport = (name: string, reference: (name: string) => unknown): readonly SynthesizedStack[] =>
    withProperties(
      stacks.map((stack) =>
        stack.name === NETWORK
          ? { ...stack, outputs: { ...stack.outputs, Out: { Value: { Ref: vpc }, Export: { Name: name } } } }
          : stack,
      ),
      MAIN,
      PRIMARY,
      { DBSubnetGroupName: reference(name) },
    );
  const strong = (name: string): unknown => ({ 'Fn::ImportValue': name });
  const before = baselineOf(withExport('first', strong));
  const against = (changed: readonly SynthesizedStack[]): readonly Verdict[] =>
    compareWithBaseline(before, changed, { stage: 'prod' }).verdicts;

  test('an export under another name that leads to the same resource is no change', () => {
    expect(against(withExport('second', strong))).toEqual([]);
  });

  test('a strong reference that becomes weak is one, since CloudFormation plans a replacement', () => {
    const weak = (): unknown => ({ 'Fn::GetStackOutput': { StackName: NETWORK, OutputName: 'Out' } });
    expect(against(withExport('first', weak))[0]).toMatchObject({
      kind: 'replacement',
      property: 'DBSubnetGroupName',
      before: `{${NETWORK}/${vpc}}`,
      after: `{weak ${NETWORK}/${vpc}}`,
    });
  });

  test('a replacement spreads from stack to stack', () => {
    const replaced = withProperties(withExport('first', strong), NETWORK, vpc, { CidrBlock: '10.1.0.0/16' });
    expect(against(replaced).map(({ resource, property }) => `${resource} ${property}`)).toEqual(
      expect.arrayContaining([`${NETWORK}/Network/Vpc CidrBlock`, `${MAIN}/Postgres/Primary DBSubnetGroupName`]),
    );
  });
});

describe('what counts', () => {
  test('databases, the placement and their foundations; no password of a service, no log group, nothing of access', () => {
    const types = new Set(
      Object.values(baseline).flatMap(({ resources }) => Object.values(resources).map(({ type }) => type)),
    );
    expect([...types].sort()).toEqual([
      'AWS::DynamoDB::Table',
      'AWS::EC2::Subnet',
      'AWS::EC2::VPC',
      'AWS::KMS::Key',
      'AWS::RDS::DBCluster',
      'AWS::RDS::DBInstance',
      'AWS::RDS::DBSubnetGroup',
      'AWS::SecretsManager::Secret',
    ]);
    expect(Object.keys(baseline)).not.toContain('shop-prod-access');
    const synthesized = stacks.flatMap(({ resources }) => Object.values(resources).map(({ Type }) => Type));
    expect(synthesized).toContain('AWS::Logs::LogGroup');
  });
});

describe('a baseline', () => {
  const first = acceptStages(undefined, guardStages(undefined, { prod: stacks }, 'every stage'), {
    tier: 'shop',
    reason: 'first',
    at: '2026-01-02T03:04:05.000Z',
  });

  test('survives its file', () => {
    expect(decodeBaseline(encodeBaseline(first), 'here')).toEqual(first);
    expect(first.decisions).toEqual([
      { at: '2026-01-02T03:04:05.000Z', reason: 'first', stage: 'prod', accepted: ['first baseline'] },
    ]);
  });

  test('keeps a decision with what was accepted, and is silent about it from then on', () => {
    const changed = withProperties(stacks, MAIN, PRIMARY, { BackupRetentionPeriod: 14 });
    const comparisons = guardStages(first, { prod: changed }, 'every stage');
    const second = acceptStages(first, comparisons, { tier: 'shop', reason: 'law', at: '2026-02-02T03:04:05.000Z' });
    expect(second.decisions.at(-1)).toEqual({
      at: '2026-02-02T03:04:05.000Z',
      reason: 'law',
      stage: 'prod',
      accepted: [`${MAIN}/Postgres/Primary would lose a protection: BackupRetentionPeriod 35 → 14`],
    });
    expect(guardStages(second, { prod: changed }, 'every stage')[0]?.verdicts).toEqual([]);
    expect(guardStages(second, { prod: stacks }, 'every stage')[0]?.verdicts).toEqual([]);
  });

  test('refuses a stage that is gone, unless only others were asked for', () => {
    const [gone] = guardStages(first, {}, 'every stage');
    expect(gone?.verdicts).toHaveLength(everyKept.length);
    expect(guardStages(first, { dev: stacks }, 'these stages').map(({ stage }) => stage)).toEqual(['dev']);
  });

  test('guards a new stage from its acceptance on', () => {
    expect(guardStages(first, { prod: stacks, dev: stacks }, 'every stage')[1]).toMatchObject({
      stage: 'dev',
      verdicts: [],
    });
  });

  test('of other schemas judges no property that it lacks', () => {
    const learned = withProperties(stacks, MAIN, PRIMARY, { Timezone: 'UTC' });
    expect(guardStages(first, { prod: learned }, 'every stage')[0]?.verdicts[0]).toMatchObject({
      property: 'Timezone',
    });
    const older = { ...first, schemas: 'an older one' };
    expect(guardStages(older, { prod: learned }, 'every stage')[0]?.verdicts).toEqual([]);
  });

  test.each([
    ['not JSON', 'here', /baseline at file can't be read: not JSON/],
    ['of another version', JSON.stringify({ ...first, version: 2 }), /version/],
    ['with a stranger in it', JSON.stringify({ ...first, more: 1 }), /more/],
  ])('%s is refused', (_, text, message) => {
    expect(() => decodeBaseline(text, 'file')).toThrow(message);
  });
});

describe('a shard', () => {
  const before = shardsInBaseline({ tier: 'shop', stages: { prod: baseline } });
  const withShards = (...names: readonly string[]) => {
    const shards = Object.fromEntries(names.map((name) => [name, {}]));
    return () =>
      parseTier(
        { ...TIER, stores: { ...TIER.stores, posts: shardedPostgres({ ...POSTS, shards }) } },
        { shardsBefore: before },
      );
  };

  test('is known by the baseline, by its store, and not by another region', () => {
    expect(before).toEqual({ prod: { posts: ['s0', 's10'] } });
    const elsewhere = Object.fromEntries(
      Object.entries(baseline).map(([name, stack]) => [`${name}-eu-central-1`, stack]),
    );
    expect(shardsInBaseline({ tier: 'shop', stages: { prod: elsewhere } })).toEqual({ prod: {} });
    const prefixed = Object.fromEntries(Object.entries(baseline).map(([name, stack]) => [`team-${name}`, stack]));
    expect(shardsInBaseline({ tier: 'shop', stages: { prod: prefixed } })).toEqual(before);
  });

  test('that is renamed is refused before synthesis, with its path, what it got and what it may be', () => {
    expect(withShards('s0', 's11')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        details: {
          faults: [
            {
              path: 'stores.posts.shards.s11',
              message: expect.stringMatching(/^got "s11" in the place of s10, .* allowed: s10; /),
            },
          ],
        },
      }),
    );
  });

  test('may come, and may go, but not both at once', () => {
    expect(withShards('s0', 's10', 's11')).not.toThrow();
    expect(withShards('s0')).not.toThrow();
  });
});
