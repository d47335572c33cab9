import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { SsmTopology } from '../../lib/sources';

const ssm = mockClient(SSMClient);
beforeEach(() => ssm.reset());

const server = (name: string, host: string) => ({ name, endpoint: { host, port: 5432, via: 'direct' } });
const parts = {
  '/blog/prod/tier': {
    part: 'tier',
    version: 1,
    tier: 'blog',
    stage: 'prod',
    world: 'aws',
    trust: { kind: 'rds', bundlePath: '/var/runtime/ca-cert.pem' },
    stores: { main: [] },
    services: { users: { uses: { main: 'write' } } },
  },
  '/blog/prod/stores/main': {
    part: 'store',
    version: 1,
    store: 'main',
    topology: {
      kind: 'postgres',
      engine: 'postgres',
      database: 'main',
      primary: server('primary', 'p.example'),
      replicas: [server('r1', 'r1.example')],
      owner: 'arn:owner',
    },
  },
  '/blog/prod/access/main': {
    part: 'access',
    version: 1,
    store: 'main',
    smoke: 'arn:smoke',
    services: { users: 'arn:users' },
  },
  '/blog/prod/pools/main/primary': {
    part: 'pool',
    version: 1,
    store: 'main',
    stack: 'primary',
    port: 5432,
    primaries: { primary: 'proxy.example' },
    readers: {},
  },
  '/blog/prod/smoke/function': 'blog-prod-smoke',
};

const parameters = (names: readonly (keyof typeof parts)[]) =>
  names.map((Name) => ({ Name, Value: typeof parts[Name] === 'string' ? parts[Name] : JSON.stringify(parts[Name]) }));

describe('SsmTopology', () => {
  it('reads every page below the prefix and assembles the parts, leaving other parameters alone', async () => {
    ssm
      .on(GetParametersByPathCommand, { Path: '/blog/prod', Recursive: true })
      .resolvesOnce({
        Parameters: parameters(['/blog/prod/access/main', '/blog/prod/smoke/function']),
        NextToken: 'more',
      })
      .resolves({ Parameters: parameters(['/blog/prod/stores/main', '/blog/prod/tier']) });
    const topology = await new SsmTopology('/blog/prod/').read();
    expect(topology.stores['main']).toEqual({
      kind: 'postgres',
      engine: 'postgres',
      database: 'main',
      primary: server('primary', 'p.example'),
      replicas: [server('r1', 'r1.example')],
      secrets: { owner: 'arn:owner', smoke: 'arn:smoke', services: { users: 'arn:users' } },
    });
    expect(topology.services).toEqual({ users: { uses: { main: 'write' } } });
  });

  it('knows the pooled way to a server beside the direct one', async () => {
    const names = ['tier', 'stores/main', 'access/main', 'pools/main/primary'] as const;
    ssm
      .on(GetParametersByPathCommand)
      .resolves({ Parameters: parameters(names.map((name) => `/blog/prod/${name}` as const)) });
    const { stores } = await new SsmTopology('/blog/prod').read();
    expect(stores['main']).toMatchObject({
      primary: { ...server('primary', 'p.example'), pooled: { host: 'proxy.example', port: 5432, via: 'pooled' } },
    });
  });

  it('fails where nothing stands below the prefix, saying what to do', async () => {
    ssm.on(GetParametersByPathCommand).resolves({ Parameters: [] });
    await expect(new SsmTopology('/blog/nowhere').read()).rejects.toMatchObject({
      code: 'DOCUMENT_MISSING',
      message: 'no topology under /blog/nowhere in SSM Parameter Store',
    });
  });

  it('fails where a part is missing, naming it', async () => {
    ssm
      .on(GetParametersByPathCommand)
      .resolves({ Parameters: parameters(['/blog/prod/tier', '/blog/prod/stores/main']) });
    await expect(new SsmTopology('/blog/prod').read()).rejects.toMatchObject({
      code: 'DOCUMENT_MISSING',
      message: 'the topology at /blog/prod has no part "access main"',
    });
  });
});
