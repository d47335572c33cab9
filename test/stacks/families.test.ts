import {
  documentdb,
  dynamodb,
  neptune,
  parseTier,
  postgres,
  shardedPostgres,
  valkey,
  type TierDefinition,
} from '../../lib/definition';
import { servicesCalledBy } from '../../lib/inventory';
import { functionTimeout } from '../../lib/stacks/function-timeouts';
import { familyOf, type KitFunction, type StoreFamily } from '../../lib/topology';
import { bundleHandler } from '../lambda/bundle';
import { blogTier, shardNames } from '../support/blog-tier';
import { clusterTier } from '../support/cluster-tier';
import { reachOf, type Reach, type Templates } from '../support/reach';
import { resourcesOf, templatesOf } from '../support/synthesized-tier';
import { tableTier } from '../support/table-tier';

/** A store of every kind, and a service that uses all of them. */
const everyKind = (graph: { readonly readers?: number } = {}): TierDefinition =>
  parseTier(
    {
      name: 'all',
      stages: {
        live: {
          profile: 'protected',
          env: { account: '111122223333', region: 'eu-west-1' },
          zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
        },
      },
      stores: {
        main: postgres(),
        posts: shardedPostgres({ shardKey: 'id', shards: 1 }),
        sessions: valkey(),
        carts: dynamodb({ partitionKey: 'id' }),
        profiles: documentdb(),
        friends: neptune(graph),
      },
      services: {
        web: {
          uses: {
            main: 'write',
            posts: 'write',
            sessions: 'write',
            carts: 'write',
            profiles: 'write',
            friends: 'write',
          },
        },
        jobs: { uses: { main: 'read' } },
      },
    },
    { stage: 'live' },
  );
const FAMILIES: readonly StoreFamily[] = ['relational', 'valkey', 'dynamodb', 'documentdb', 'neptune'];
const FUNCTIONS: readonly KitFunction[] = [
  'provision-relational',
  'provision-documentdb',
  ...FAMILIES.map((family) => `smoke-${family}` as const),
  'rotate-valkey',
  'rotate-documentdb',
];
const familyOfFunction = (name: KitFunction): StoreFamily => name.replace(/^[a-z]+-/, '') as StoreFamily;

const tier = everyKind();
const templates = templatesOf(tier);
const reach = reachOf(templates, 'all-live-');
const tables = { tier: tableTier('prod'), templates: templatesOf(tableTier('prod')) };

const functionsIn = (all: Templates): Record<string, Record<string, unknown>> =>
  Object.fromEntries(
    resourcesOf(all, 'AWS::Lambda::Function')
      .filter(({ Properties }) => Properties['FunctionName'] !== undefined)
      .map(({ Properties }) => [String(Properties['FunctionName']), Properties]),
  );
const linesOf = (lines: readonly string[], who: string): readonly string[] =>
  lines.filter((line) => line.startsWith(`${who} `)).map((line) => line.slice(who.length + 1));

/** `dynamodb:GetItem` of each action that a function's own code may ask for. */
const actionsOf = (all: Templates, name: KitFunction): readonly string[] => {
  const [task = '', family = ''] = name.split('-');
  const role = `${task[0]?.toUpperCase()}${task.slice(1)}${family}FunctionRole`;
  return resourcesOf(all, 'AWS::IAM::Policy')
    .filter(({ Properties }) => JSON.stringify(Properties['Roles']).includes(`"${role}`))
    .flatMap(({ Properties }) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action }) => [Action].flat());
};
interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
}

describe('the kit’s functions', () => {
  test('are one a family for each task, and none where no store is of the family', () => {
    expect(Object.keys(functionsIn(templates)).sort()).toEqual(FUNCTIONS.map((name) => `all-live-${name}`).sort());
    expect(Object.keys(functionsIn(tables.templates))).toEqual(['game-prod-smoke-dynamodb']);
  });

  test('reach the stores of their family, and no others', () => {
    const servers: Readonly<Record<StoreFamily, readonly string[]>> = {
      relational: ['store main:tcp/5432-5432', 'store posts:tcp/5432-5432'],
      valkey: ['store sessions:tcp/6379-6379'],
      dynamodb: [],
      documentdb: ['store profiles:tcp/27017-27017'],
      neptune: ['store friends:tcp/8182-8182'],
    };
    for (const family of FAMILIES) {
      const ways = linesOf(reach.egress, `operations on ${family}`).map((line) => line.replace('-> ', ''));
      expect(ways.filter((way) => way.startsWith('store ')).sort()).toEqual(servers[family]);
      const into = linesOf(reach.ingress, `operations on ${family}`).map((line) => line.replace('-> ', ''));
      expect(into.filter((way) => way.startsWith('store ')).sort()).toEqual(servers[family]);
    }
  });

  test('stand in the group of their family', () => {
    for (const name of FUNCTIONS) {
      const { SecurityGroupIds } = functionsIn(templates)[`all-live-${name}`]?.['VpcConfig'] as {
        SecurityGroupIds: { 'Fn::GetStackOutput': { OutputName: string } }[];
      };
      const family = familyOfFunction(name);
      const id = family === 'relational' ? /Operations[0-9A-F]{8}GroupId/i : new RegExp(`OperationsOn${family}`, 'i');
      expect(SecurityGroupIds.map((group) => group['Fn::GetStackOutput'].OutputName)).toEqual([
        expect.stringMatching(id),
      ]);
    }
  });

  test('read the secrets of their own stores only, and owners’ to provision only', () => {
    const secretsOf = (name: KitFunction) => linesOf(reach.secrets, name);
    expect(secretsOf('smoke-valkey')).toEqual([
      'reads secret of polystore_smoke in sessions',
      'reads secret of web in sessions',
    ]);
    expect(secretsOf('smoke-documentdb')).toEqual([
      'reads secret of polystore_smoke in profiles',
      'reads secret of web in profiles',
    ]);
    expect(secretsOf('provision-documentdb')).toEqual([
      'reads secret of polystore_smoke in profiles',
      'reads secret of polystoreowner in profiles',
      'reads secret of web in profiles',
    ]);
    expect(secretsOf('provision-relational').filter((line) => !/ in (main|posts)$/.test(line))).toEqual([]);
    expect(secretsOf('smoke-relational').filter((line) => /owner/.test(line))).toEqual([]);
    for (const name of ['smoke-dynamodb', 'smoke-neptune'] as const) expect(secretsOf(name)).toEqual([]);
  });

  test('change the passwords of users of their own stores, each by its name, and of nobody else', () => {
    const done = linesOf(reach.secrets, 'rotate-valkey');
    for (const verb of ['reads', 'changes', 'secretsmanager:DescribeSecret', 'secretsmanager:UpdateSecretVersionStage'])
      expect(done.filter((line) => line.startsWith(`${verb} `))).toEqual([
        `${verb} secret of polystore_smoke in sessions`,
        `${verb} secret of web in sessions`,
      ]);
    expect(done).toHaveLength(8);
    const changesOf = (name: KitFunction) => linesOf(reach.secrets, name).filter((line) => line.startsWith('changes '));
    const changed = linesOf(reach.actions, 'rotate-valkey').filter((line) =>
      line.startsWith('elasticache:ModifyUser '),
    );
    expect(changed.map((line) => line.replace(/^.*:user:/, ''))).toEqual([
      'all-live-sessions-0',
      'all-live-sessions-web',
    ]);
    expect(changesOf('rotate-documentdb')).toEqual([
      'changes secret of polystore_smoke in profiles',
      'changes secret of polystoreowner in profiles',
      'changes secret of web in profiles',
    ]);
    const changesCacheUsers = FUNCTIONS.filter((name) =>
      actionsOf(templates, name).some((action) => /elasticache:\w+User/.test(action)),
    );
    expect(changesCacheUsers).toEqual(['rotate-valkey']);
    for (const name of FUNCTIONS.filter((each) => !each.startsWith('rotate-')))
      expect(actionsOf(templates, name).filter((action) => /:(Put|Update)Secret/.test(action))).toEqual([]);
  });

  test('keep the report of their own family', () => {
    for (const family of FAMILIES) {
      const kept = linesOf(reach.actions, `smoke-${family}`).filter((line) => line.startsWith('ssm:PutParameter '));
      expect(kept).toEqual([expect.stringMatching(new RegExp(`parameter/all/live/smoke/last-report/${family}$`))]);
    }
  });

  test('are told whose backups are promised, where their service can be asked', () => {
    const told = (all: Templates, name: string): unknown =>
      (functionsIn(all)[name]?.['Environment'] as { Variables: Record<string, unknown> }).Variables[
        'POLYSTORE_BACKUPS'
      ];
    expect(FAMILIES.map((family) => [family, told(templates, `all-live-smoke-${family}`)])).toEqual([
      ['relational', undefined],
      ['valkey', 'sessions'],
      ['dynamodb', undefined],
      ['documentdb', 'profiles'],
      ['neptune', 'friends'],
    ]);
    const elastic = templatesOf(clusterTier('prod'));
    expect(told(elastic, 'club-prod-smoke-documentdb')).toBe('profiles');
    expect(told(templatesOf(clusterTier('dev')), 'club-dev-smoke-documentdb')).toBeUndefined();
  });

  test('of caches without snapshots ask nobody about them', () => {
    const none = templatesOf(
      parseTier({
        name: 'fast',
        stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
        stores: { sessions: valkey({ backup: { retentionDays: 0 } }) },
      }),
    );
    const { Variables } = functionsIn(none)['fast-live-smoke-valkey']?.['Environment'] as {
      Variables: Record<string, unknown>;
    };
    expect(Variables['POLYSTORE_BACKUPS']).toBe('');
    expect(actionsOf(none, 'smoke-valkey').filter((action) => action.startsWith('elasticache:'))).toEqual([]);
    // Passwords are changed all the same.
    expect(reachOf(none, 'fast-live-').endpoints.filter((line) => line.startsWith('elasticache'))).toEqual([
      'elasticache: elasticache:DescribeUsers elasticache:ModifyUser',
    ]);
  });

  test('run as long as the slowest store of their own family takes', () => {
    const many = Object.values(blogTier('prod', { shards: shardNames(300) }).stores);
    const { sessions, profiles } = tier.stores as Required<typeof tier.stores>;
    expect(functionTimeout('smoke', many).toSeconds()).toBe(14 * 60);
    for (const store of [sessions, profiles])
      if (store) expect(functionTimeout('smoke', [store]).toSeconds()).toBe(120);
    expect(functionsIn(templates)['all-live-smoke-valkey']?.['Timeout']).toBe(120);
    expect(functionsIn(templates)['all-live-provision-documentdb']?.['Timeout']).toBe(90);
  });
});

describe('what each function asks of AWS', () => {
  /** Services by the clients in its bundle, as endpoints call them. */
  const callsOf = (name: KitFunction): readonly string[] =>
    bundleHandler(name)
      .externals.filter((each) => each.startsWith('@aws-sdk/client-'))
      .map((each) => each.replace('@aws-sdk/client-', '').replaceAll('-', ''))
      .sort();

  test('is what it may ask, and nothing else', () => {
    // Lambda makes interfaces and ships logs; keys are used on the function's behalf; who logs in to a database or a graph by IAM asks no API.
    const byOthers = ['ec2', 'logs', 'kms', 'rds-db', 'neptune-db'];
    for (const name of FUNCTIONS) {
      const services = new Set(actionsOf(templates, name).map((action) => action.split(':')[0] ?? ''));
      expect([name, [...services].filter((service) => !byOthers.includes(service)).sort()]).toEqual([
        name,
        callsOf(name),
      ]);
    }
    for (const family of FAMILIES.filter((each) => each !== 'neptune'))
      expect(actionsOf(templates, `smoke-${family}`).filter((action) => action.startsWith('neptune-db:'))).toEqual([]);
  });

  test('is where its group leads, and nowhere else', () => {
    for (const family of FAMILIES) {
      const all = FUNCTIONS.filter((name) => familyOfFunction(name) === family).flatMap(callsOf);
      const ways = linesOf(reach.egress, `operations on ${family}`).filter((way) => !way.startsWith('-> store '));
      expect([family, ways]).toEqual([
        family,
        [
          ...(all.includes('dynamodb') ? ['-> DynamoDB:tcp/443-443'] : []),
          ...(all.some((service) => service !== 'dynamodb') ? ['-> endpoints:tcp/443-443'] : []),
        ],
      ]);
    }
  });

  test.each([
    ['of every kind', tier, reach],
    ['of tables alone', tables.tier, reachOf(tables.templates, 'game-prod-')],
  ] as const)('in a tier %s has endpoints, and nothing else', (_name, { stores, ...rest }, { endpoints }: Reach) => {
    const families = new Set(Object.values(stores).map(familyOf));
    const needed = new Set(FUNCTIONS.filter((name) => families.has(familyOfFunction(name))).flatMap(callsOf));
    const made = endpoints.map((line) => line.split(':')[0]).filter((service) => service !== 'sts');
    expect(made.sort()).toEqual([...needed].sort());
    const listed = servicesCalledBy({ stores, ...rest }).filter((service) => service !== 'sts');
    expect([...listed].sort()).toEqual([...needed].sort());
  });
});

describe('the steps of a deployment', () => {
  const stepsOf = (all: Templates, type: 'Custom::SmokeTest' | 'Custom::Provision') =>
    new Map(
      resourcesOf(all, type).map(({ id, ...step }) => [
        /^(?:Smoke|Provision)([a-z]+)Step/.exec(id)?.[1] ?? '',
        { id, ...step },
      ]),
    );
  const proofs = stepsOf(templates, 'Custom::SmokeTest');
  const provisionings = stepsOf(templates, 'Custom::Provision');

  test('are one a function', () => {
    expect([...proofs.keys()].sort()).toEqual([...FAMILIES].sort());
    expect([...provisionings.keys()].sort()).toEqual(['documentdb', 'relational']);
    expect(provisionings.get('documentdb')?.Properties['seeds']).toBeUndefined();
  });

  test('wait for the provisioning of their own family, and for no other family’s', () => {
    for (const [family, { DependsOn }] of proofs) {
      const waitsFor = [...provisionings].filter(([, { id }]) => [DependsOn ?? []].flat().includes(id));
      expect(waitsFor.map(([of]) => of)).toEqual(provisionings.has(family) ? [family] : []);
    }
  });

  test('run again where a template of their own stores changed, and only there', () => {
    const changed = stepsOf(templatesOf(everyKind({ readers: 2 })), 'Custom::SmokeTest');
    const digest = (steps: typeof proofs, family: string): unknown => steps.get(family)?.Properties['Templates'];
    for (const family of FAMILIES) {
      const isSame = digest(proofs, family) === digest(changed, family);
      expect([family, isSame]).toEqual([family, family !== 'neptune']);
    }
    expect(new Set(FAMILIES.map((family) => digest(proofs, family))).size).toBe(FAMILIES.length);
  });
});

describe('a protected stage', () => {
  test('has a schedule for each proof, by its name', () => {
    const schedules = resourcesOf(templates, 'AWS::Scheduler::Schedule').map(({ Properties }) => Properties['Name']);
    expect(schedules.sort()).toEqual(FAMILIES.map((family) => `all-live-smoke-${family}`).sort());
  });

  test('has alarms for each function', () => {
    const watched = resourcesOf(templates, 'AWS::CloudWatch::Alarm')
      .flatMap(({ Properties }) => (Properties['Dimensions'] ?? []) as { Name: string; Value: string }[])
      .filter(({ Name }) => Name === 'FunctionName')
      .map(({ Value }) => Value);
    expect([...new Set(watched)].sort()).toEqual(FUNCTIONS.map((name) => `all-live-${name}`).sort());
  });
});
