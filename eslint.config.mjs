import tseslint from 'typescript-eslint';

/**
 * The import walls of the house (ARCHITECTURE.md): a room may import what its row allows and nothing else of ours.
 * A new room without a row fails test/house.test.ts.
 */
export const walls = {
  'lib/errors': [],
  'lib/catalog': ['lib/errors'],
  'lib/topology': ['lib/errors'],
  'lib/placement': ['lib/errors'],
  'lib/definition': ['lib/errors', 'lib/catalog', 'lib/placement', 'lib/watch'],
  'lib/watch': ['lib/errors', 'lib/catalog'],
  'lib/inventory': ['lib/errors', 'lib/catalog', 'lib/definition', 'lib/topology', 'lib/watch'],
  'lib/cost': ['lib/errors', 'lib/catalog', 'lib/definition', 'lib/inventory'],
  'lib/quota': ['lib/errors', 'lib/catalog', 'lib/definition', 'lib/inventory'],
  'lib/sources': ['lib/errors', 'lib/topology', 'lib/placement'],
  'lib/postgres': ['lib/errors', 'lib/topology'],
  'lib/signing': ['lib/errors'],
  'lib/valkey': ['lib/errors', 'lib/signing', 'lib/topology'],
  'lib/dynamodb': ['lib/errors', 'lib/topology'],
  'lib/documentdb': ['lib/errors', 'lib/topology'],
  'lib/neptune': ['lib/errors', 'lib/signing', 'lib/topology'],
  'lib/routing': [
    'lib/errors',
    'lib/postgres',
    'lib/valkey',
    'lib/dynamodb',
    'lib/documentdb',
    'lib/neptune',
    'lib/sources',
    'lib/topology',
    'lib/placement',
  ],
  'lib/testing': ['lib/errors', 'lib/routing', 'lib/postgres', 'lib/sources', 'lib/topology', 'lib/placement'],
  'lib/provision': ['lib/errors', 'lib/postgres', 'lib/documentdb', 'lib/sources', 'lib/topology', 'lib/placement'],
  'lib/rotation': ['lib/errors', 'lib/sources', 'lib/topology', 'lib/valkey', 'lib/documentdb'],
  'lib/guard': ['lib/errors', 'lib/sources'],
  'lib/diff': ['lib/errors', 'lib/guard', 'lib/definition', 'lib/cost'],
  'lib/report': ['lib/errors', 'lib/smoke', 'lib/topology', 'lib/cost', 'lib/quota', 'lib/watch'],
  'lib/smoke': [
    'lib/errors',
    'lib/routing',
    'lib/provision',
    'lib/postgres',
    'lib/valkey',
    'lib/dynamodb',
    'lib/documentdb',
    'lib/neptune',
    'lib/signing',
    'lib/sources',
    'lib/topology',
    'lib/placement',
  ],
  'lib/local': [
    'lib/errors',
    'lib/definition',
    'lib/provision',
    'lib/postgres',
    'lib/valkey',
    'lib/documentdb',
    'lib/neptune',
    'lib/sources',
    'lib/topology',
    'lib/placement',
  ],
  'lib/drills': [
    'lib/errors',
    'lib/local',
    'lib/smoke',
    'lib/routing',
    'lib/runbooks',
    'lib/postgres',
    'lib/sources',
    'lib/topology',
  ],
  'lib/status': [
    'lib/errors',
    'lib/local',
    'lib/smoke',
    'lib/inventory',
    'lib/definition',
    'lib/postgres',
    'lib/sources',
    'lib/topology',
  ],
  'lib/runbooks': ['lib/errors', 'lib/definition', 'lib/topology', 'lib/watch'],
  'lib/doctor': ['lib/errors', 'lib/catalog', 'lib/definition', 'lib/inventory', 'lib/quota', 'lib/local'],
  'lib/stacks': [
    'lib/errors',
    'constructs',
    'lib/definition',
    'lib/catalog',
    'lib/inventory',
    'lib/watch',
    'lib/topology',
    'lib/placement',
  ],
  constructs: ['lib/errors', 'lib/catalog', 'lib/topology', 'lib/watch'],
};

/** Packages that only these rooms may import. */
export const owners = {
  'aws-cdk-lib': ['lib/stacks', 'constructs'],
  constructs: ['lib/stacks', 'constructs'],
  'cdk-nag': ['lib/stacks', 'constructs'],
  pg: ['lib/postgres'],
  iovalkey: ['lib/valkey', 'lib/smoke'],
  '@opentelemetry': ['lib/routing'],
  mongodb: ['lib/documentdb', 'lib/smoke'],
  'neo4j-driver': ['lib/neptune', 'lib/smoke'],
  '@smithy/signature-v4': ['lib/signing'],
  '@aws-sdk': [
    'lib/dynamodb',
    'lib/local',
    'lib/rotation',
    'lib/signing',
    'lib/sources',
    'lib/smoke',
    'lib/doctor',
    'lib/status',
  ],
  '@aws-sdk/client-cloudwatch': ['lib/status'],
  '@aws-sdk/client-ec2': ['lib/doctor'],
  '@aws-sdk/client-elasticache': ['lib/doctor', 'lib/rotation', 'lib/sources', 'lib/status'],
  '@aws-sdk/client-iam': ['lib/doctor'],
  '@aws-sdk/client-rds': ['lib/doctor', 'lib/sources', 'lib/status'],
  '@aws-sdk/client-service-quotas': ['lib/doctor'],
};

const rooms = Object.keys(walls);

/** How deep files lie in a room: in the room itself, or in one of its folders. test/house.test.ts refuses what lies deeper. */
const DEPTHS = [0, 1];

/** Paths from a file to a room: a folder of a room may be called as another room is, so that the number of steps up counts. */
function pathTo(other, room, depth) {
  const stepsUp = room.split('/').length + depth;
  const root = `(\\.\\./){${stepsUp}}`;
  const bothInLib = room.startsWith('lib/') && other.startsWith('lib/');
  return bothInLib ? `(${root}lib/|(\\.\\./){${stepsUp - 1}})${other.slice('lib/'.length)}` : `${root}${other}`;
}

/** `import type` of pg's and aws-cdk-lib's own types crosses no wall at run time, but is refused too: one room speaks for each. */
function wallOf(room, depth) {
  const forbidden = rooms.filter((other) => other !== room && !walls[room].includes(other));
  const patterns = [
    ...forbidden.map((other) => ({
      regex: `^${pathTo(other, room, depth)}(/|$)`,
      message: `${room} must not import ${other}: see "Who may import whom" in ARCHITECTURE.md.`,
    })),
    ...Object.entries(owners)
      .filter(([, allowed]) => !allowed.includes(room))
      .map(([name]) => ({
        regex: `^${name.replace('/', '\\/')}(/|$)`,
        message: `${room} must not import ${name}: see "Who may import whom" in ARCHITECTURE.md.`,
      })),
    { regex: '^(\\.\\./)+(bin|lambda|test)(/|$)', message: 'Rooms never import a composition root or a test.' },
  ];
  // What is loaded when it is needed, or named as a type in place, crosses walls as any other import does; `no-restricted-imports` sees neither.
  const loads = patterns.flatMap(({ regex, message }) => {
    // A selector's regular expression ends at the first slash.
    const source = `[source.value=/${regex.replaceAll('\\/', '/').replaceAll('/', '\\u002F')}/]`;
    return ['ImportExpression', 'TSImportType'].map((node) => ({ selector: `${node}${source}`, message }));
  });
  return {
    files: [`${room}/${'*/'.repeat(depth)}*.ts`],
    rules: {
      'no-restricted-imports': ['error', { patterns }],
      'no-restricted-syntax': ['error', ...loads],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only bin and lambda read the environment.' },
      ],
    },
  };
}

export default tseslint.config(
  { ignores: ['dist/', 'dist-router/', 'cdk.out/', '.polystore/', 'node_modules/', '**/*.cjs', '**/*.mjs'] },
  ...tseslint.configs.recommended,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-console': 'error',
    },
  },
  { files: ['bench/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    // A command loads its libraries when it is called; import() would need a loader of its own for TypeScript.
    files: ['bin/**/*.ts'],
    rules: {
      '@typescript-eslint/no-require-imports': ['error', { allow: ['^\\./commands/', '/lib/(?:stacks|definition)$'] }],
    },
  },
  {
    // The kit holds the module that hands it to tier files; what compiles them is loaded with the first.
    files: ['lib/definition/load-tier.ts'],
    rules: { '@typescript-eslint/no-require-imports': ['error', { allow: ['^\\.\\./index$', '^jiti$'] }] },
  },
  ...rooms.flatMap((room) => DEPTHS.map((depth) => wallOf(room, depth))),
);
