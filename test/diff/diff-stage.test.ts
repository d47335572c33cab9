import {
  existingGroup,
  iam,
  newVpc,
  postgres,
  shardedPostgres,
  type TierConfig,
  type TierDefinition,
} from '../../lib/definition';
import { estimateTier } from '../../lib/cost';
import {
  COMMENT_MARKER,
  diffStage,
  renderDiffPage,
  renderStageDiff,
  type StageDiff,
  type StageSide,
} from '../../lib/diff';
import { MAIN, POSTS, STAGE, stacksOf, TIER, tierOf, withProperties } from '../support/synthesized-stacks';

const PLAIN = { bold: same, dim: same, green: same, red: same, yellow: same };
function same(text: string): string {
  return text;
}

const sideOf = (definition: TierDefinition): StageSide => ({
  stacks: stacksOf(definition),
  definition,
  cost: estimateTier(definition),
});
const before = sideOf(tierOf());
const diffOf = (changes: Partial<TierConfig>): StageDiff => diffStage('prod', before, sideOf(tierOf(changes)));
const lines = (diff: StageDiff): string[] => renderStageDiff(diff, 'shop/prod', PLAIN).trimEnd().split('\n');
const partOf = (diff: StageDiff, name: string) => diff.parts.find(({ part }) => part === name);
const main = (options: Parameters<typeof postgres>[0]): Partial<TierConfig> => ({
  stores: { ...TIER.stores, main: postgres({ ...MAIN, ...options }) },
});

test('the same tier twice is nothing', () => {
  const diff = diffOf({});
  expect(diff).toMatchObject({ verdict: 'nothing', losses: [], replacements: 0, rollout: { steps: [], leftOver: [] } });
  expect(lines(diff)).toEqual(['shop/prod: nothing changes', '= main, posts unchanged; 0 replacements']);
});

describe('a replica more, in another region', () => {
  const AWAY = 'eu-central-1';
  const diff = diffOf({
    stages: {
      prod: {
        ...STAGE,
        regions: { [AWAY]: { network: newVpc({ cidr: '10.1.0.0/16' }), zones: [`${AWAY}a`, `${AWAY}b`] } },
      },
    },
    ...main({ replicas: { r1: {}, eu: { region: AWAY } } }),
  });

  test('opens a way there, costs what it costs, and touches no server at home', () => {
    expect(diff).toMatchObject({ verdict: 'safe', losses: [], replacements: 0, reach: { lost: [] } });
    expect(diff.reach.gained).toEqual(expect.arrayContaining([`web → main in ${AWAY}:5432`]));
    expect(partOf(diff, 'main')).toMatchObject({ kind: 'changed' });
    expect(lines(diff)).toEqual(expect.arrayContaining([expect.stringMatching(/elsewhere\.eu new/)]));
  });

  test('deploys there after the primary, and before what follows it at home', () => {
    const stepOf = (stack: string): number =>
      diff.rollout.steps.findIndex((step) => step.includes(`shop-prod-${stack}`));
    expect(stepOf(`main-${AWAY}`)).toBeGreaterThan(stepOf('main'));
    expect(stepOf('access')).toBeGreaterThan(stepOf(`main-${AWAY}`));
    expect(stepOf(`operations-${AWAY}`)).toBeGreaterThan(stepOf('operations'));
  });
});

describe('a store more', () => {
  const diff = diffOf({
    stores: { ...TIER.stores, payments: postgres() },
    services: { ...TIER.services, pay: { uses: { payments: 'write' } } },
  });

  test('shows its size, its cost, its reach and nothing of the others', () => {
    expect(diff.verdict).toBe('safe');
    expect(partOf(diff, 'payments')).toMatchObject({ kind: 'added', isStore: true, stacks: 2 });
    expect(lines(diff)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^\+ payments {2}2 stacks, \d+ resources, \+\$\d+\/month( at least)?$/),
        expect.stringMatching(/^\+ reach {5}.*pay → payments:5432.*; nothing else$/),
        '= main, posts unchanged; 0 replacements',
      ]),
    );
  });

  test('costs what the estimate says', () => {
    const estimate = estimateTier(
      tierOf({
        stores: { ...TIER.stores, payments: postgres() },
        services: { ...TIER.services, pay: { uses: { payments: 'write' } } },
      }),
    );
    const expected = estimate.parts.find(({ part }) => part === 'payments')?.monthlyUsd;
    expect(partOf(diff, 'payments')?.cost).toMatchObject({ beforeUsd: 0, afterUsd: expected });
    expect(diff.cost).toMatchObject({ beforeUsd: before.cost?.monthlyUsd, afterUsd: estimate.monthlyUsd });
  });

  test('gives reach to its services and to operations only', () => {
    expect(diff.reach.lost).toEqual([]);
    // The way to the AWS APIs is no store's.
    expect(diff.reach.gained.filter((way) => way.endsWith(':5432'))).toEqual([
      'operations → payments:5432',
      'pay → payments:5432',
    ]);
  });

  test('is rolled out before the access to it', () => {
    const position = (stack: string): number => diff.rollout.steps.findIndex((step) => step.includes(stack));
    expect(position('shop-prod-payments')).toBeGreaterThanOrEqual(0);
    expect(position('shop-prod-access')).toBeGreaterThan(position('shop-prod-payments'));
  });
});

describe('a service that another account may act as', () => {
  const principal = 'arn:aws:iam::777788889999:root';
  const uses = { main: 'write', posts: 'read' } as const;
  const diff = diffOf({ services: { web: { uses, principal, authentication: iam() } } });

  test('gives reach to that account, and interrupts no server to log in by IAM', () => {
    expect(diff).toMatchObject({ verdict: 'safe', losses: [], replacements: 0 });
    expect(diff.reach).toEqual({ gained: [`${principal} → web by IAM`], lost: [] });
    expect(partOf(diff, 'main')?.kind).toBe('changed');
  });

  test('is named by its group and account where the group is its own', () => {
    const client = existingGroup('sg-0a1b2c3d', { account: '777788889999' });
    const { reach } = diffOf({ services: { web: { uses, client } } });
    expect(reach.gained).toEqual([
      'sg-0a1b2c3d of 777788889999 → main:5432',
      'sg-0a1b2c3d of 777788889999 → posts:5432',
    ]);
    expect(reach.lost).toEqual(expect.arrayContaining(['web → main:5432', 'web → posts:5432']));
  });
});

describe('a store changed', () => {
  test('by its class interrupts its servers, and says by which property', () => {
    const diff = diffOf(main({ class: 'r8g.xlarge', maxConnections: 800 }));
    expect(diff).toMatchObject({ verdict: 'downtime', losses: [], replacements: 0 });
    expect(lines(diff)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('class r8g.large → r8g.xlarge'),
        '            interrupted: Postgres/Primary, Postgres/Replicas/r1 by DBInstanceClass db.r8g.large → db.r8g.xlarge',
        expect.stringMatching(/waits for a reboot: Postgres\/Parameters by Parameters\.max_connections \d+ → 800$/),
        expect.stringMatching(/^= posts unchanged; 0 replacements$/),
      ]),
    );
  });

  test('by a dynamic parameter, storage or retention upwards interrupts nobody', () => {
    const diff = diffOf(main({ slowQueryMs: 20, storage: { sizeGiB: 150 } }));
    expect(diff.verdict).toBe('safe');
    expect(partOf(diff, 'main')?.changes.every(({ effect }) => effect === 'updated')).toBe(true);
  });

  test('by the name of its database loses data', () => {
    const diff = diffOf(main({ database: 'core' }));
    expect(diff).toMatchObject({ verdict: 'data loss', replacements: 2 });
    expect(lines(diff)).toEqual(
      expect.arrayContaining([
        '~ main      database main → core',
        '            replaced: Postgres/Primary by DBName main → core',
        expect.stringMatching(/^- data {6}shop-prod-main\/Postgres\/Primary: its databases; /),
      ]),
    );
  });

  test('by a replica says its name, and what is left behind', () => {
    const diff = diffOf(main({ replicas: { r2: {} } }));
    expect(partOf(diff, 'main')?.definition).toEqual([
      { subject: 'main', path: 'replicas.r1', before: 'was there' },
      { subject: 'main', path: 'replicas.r2', after: 'new' },
    ]);
  });

  test('by shorter backups is less protected', () => {
    const diff = diffOf(main({ backup: { retentionDays: 7 } }));
    expect(diff.verdict).toBe('less protected');
    expect(lines(diff)).toContain(
      '- protection shop-prod-main/Postgres/Primary BackupRetentionPeriod 35 → 7: the backups older than 7 days: until now any moment of 35 days could be restored',
    );
  });
});

test('a store gone names its stacks, and how they are deleted', () => {
  const { posts } = TIER.stores;
  const diff = diffOf({ stores: { posts } as TierConfig['stores'], services: { web: { uses: { posts: 'read' } } } });
  expect(diff).toMatchObject({
    verdict: 'data loss',
    rollout: { leftOver: ['shop-prod-main-alarms', 'shop-prod-main'] },
  });
  expect(lines(diff)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^- main {6}2 stacks, \d+ resources, -\$\d+/),
      expect.stringMatching(/^- reach {5}.*web → main:5432/),
      '! left over shop-prod-main: aws cloudformation delete-stack --stack-name shop-prod-main',
    ]),
  );
});

test('shards of a store that goes are deleted before what they stand on', () => {
  const { main: kept } = TIER.stores;
  const diff = diffOf({ stores: { main: kept } as TierConfig['stores'], services: {} });
  const { leftOver } = diff.rollout;
  expect(leftOver.at(-1)).toBe('shop-prod-posts');
  expect([...leftOver].sort()).toEqual([
    'shop-prod-posts',
    'shop-prod-posts-alarms',
    'shop-prod-posts-alarms-s0',
    'shop-prod-posts-alarms-s1',
    'shop-prod-posts-shards-s0',
    'shop-prod-posts-shards-s1',
  ]);
});

test('a right more is said in the words of the tier file', () => {
  const diff = diffOf({ services: { web: { uses: { main: 'write', posts: 'write' } } } });
  expect(lines(diff)).toContainEqual(expect.stringContaining('~ services  web.posts read → write'));
  expect(diff.reach).toEqual({ gained: [], lost: [] });
});

test('reach comes from the rules, not from the definition: one that was made by hand is shown', () => {
  const groups = Object.entries(before.stacks.find(({ name }) => name === 'shop-prod-main')?.resources ?? {});
  const [servers = ''] = groups.find(([, { Type }]) => Type === 'AWS::EC2::SecurityGroup') ?? [];
  const open = withProperties(before.stacks, 'shop-prod-main', servers, {
    SecurityGroupIngress: [{ CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432 }],
  });
  expect(diffStage('prod', before, { ...before, stacks: open }).reach).toEqual({
    gained: ['0.0.0.0/0 → main:5432'],
    lost: [],
  });
});

test('an alarm that goes is named, and so is a finding that is accepted anew', () => {
  const alarm = { Type: 'AWS::CloudWatch::Alarm', Properties: {} };
  const [first, ...others] = before.stacks;
  if (first === undefined) throw new Error('no stack');
  const watched = [{ ...first, resources: { ...first.resources, LagAlarm: alarm } }, ...others];
  const accepting = [{ ...first, acknowledged: [...first.acknowledged, 'RULE-1: for a reason'] }, ...others];
  const diff = diffStage('prod', { stacks: watched }, { stacks: accepting });
  expect(diff.alarmsRemoved).toEqual([`${first.name}/LagAlarm`]);
  expect(diff.acknowledged).toEqual({ added: ['RULE-1: for a reason'], removed: [] });
});

test('a base that was synthesized elsewhere has no definition, and its templates tell the stores', () => {
  const diff = diffStage('prod', { stacks: before.stacks }, sideOf(tierOf(main({ class: 'r8g.xlarge' }))));
  expect(diff.cost).toBeUndefined();
  expect(partOf(diff, 'main')).toMatchObject({ kind: 'changed', isStore: true, definition: [] });
  expect(partOf(diff, 'posts')).toMatchObject({ kind: 'unchanged', isStore: true });
  expect(partOf(diff, 'network')).toMatchObject({ isStore: false });
});

describe('the page', () => {
  const diff = diffOf({
    stages: { prod: { ...STAGE, profile: 'disposable' } },
    stores: { main: postgres({ ...MAIN, database: 'core' }), posts: shardedPostgres(POSTS) },
  });
  const page = renderDiffPage('shop', 'HEAD', [diff]);

  test('begins with the mark by which its comment is found', () => {
    expect(page.split('\n')[0]).toBe(COMMENT_MARKER);
  });

  test('has a section for each question of a reviewer', () => {
    for (const title of ['Would be lost', 'Change', 'Protection', 'Cost a month', 'Rollout']) {
      expect(page).toContain(`**${title}**`);
    }
    expect(page).toContain('### prod: 🛑 data loss');
    expect(page).toContain('<details>');
  });

  test('stays below what GitHub takes as a comment, however many shards change', () => {
    const shards = (database: string): StageSide => ({
      stacks: stacksOf(
        tierOf({ stores: { posts: shardedPostgres({ ...POSTS, shards: 60, database }) } as never, services: {} }),
      ),
    });
    const large = renderDiffPage('shop', 'HEAD', [diffStage('prod', shards('one'), shards('two'))]);
    expect(Buffer.byteLength(large)).toBeLessThan(65_536);
  });
});
