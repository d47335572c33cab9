import {
  FileSecrets,
  FileTopology,
  lastReportFromEnvironment,
  localSecretsFromEnvironment,
  secretsFromEnvironment,
  SecretsManagerSecrets,
  SsmTopology,
  topologyFromEnvironment,
} from '../../lib/sources';

const FILES = { POLYSTORE_TOPOLOGY_FILE: 't.json', POLYSTORE_SECRETS_FILE: 's.json' };

describe('the environment', () => {
  it('names a deployed tier by its prefix, also where files are named', () => {
    const env = { POLYSTORE_PREFIX: '/blog/prod', ...FILES };
    expect(topologyFromEnvironment(env)).toBeInstanceOf(SsmTopology);
    expect(secretsFromEnvironment(env)).toBeInstanceOf(SecretsManagerSecrets);
    expect(localSecretsFromEnvironment(env)).toBeUndefined();
    expect(lastReportFromEnvironment(env, 'valkey')).toHaveProperty('name', '/blog/prod/smoke/last-report/valkey');
  });

  it('names a tier on this machine by its files', () => {
    expect(topologyFromEnvironment(FILES)).toBeInstanceOf(FileTopology);
    expect(secretsFromEnvironment(FILES)).toBeInstanceOf(FileSecrets);
    expect(localSecretsFromEnvironment(FILES)).toBeInstanceOf(FileSecrets);
    expect(lastReportFromEnvironment(FILES, 'valkey')).toBeUndefined();
  });

  it.each([{}, { POLYSTORE_PREFIX: '' }, { POLYSTORE_TOPOLOGY_FILE: 't.json' }, { POLYSTORE_SECRETS_FILE: 's.json' }])(
    'is refused where it names no tier: %j',
    (env) => {
      const readers = [
        () => topologyFromEnvironment(env),
        () => secretsFromEnvironment(env),
        () => localSecretsFromEnvironment(env),
        () => lastReportFromEnvironment(env, 'relational'),
      ];
      for (const read of readers) expect(read).toThrow('the environment names no tier');
    },
  );
});
