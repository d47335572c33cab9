import { FileTopology, SecretsManagerSecrets, sourcesFromEnvironment, SsmTopology } from '../../lib/sources';

describe('sourcesFromEnvironment', () => {
  it('reads a deployed tier by its prefix, also where files are named', () => {
    const { topology, secrets } = sourcesFromEnvironment({
      POLYSTORE_PREFIX: '/blog/prod',
      POLYSTORE_TOPOLOGY_FILE: 't.json',
      POLYSTORE_SECRETS_FILE: 's.json',
    });
    expect(topology).toBeInstanceOf(SsmTopology);
    expect(secrets).toBeInstanceOf(SecretsManagerSecrets);
  });

  it('reads a tier on this machine by its files', () => {
    const { topology } = sourcesFromEnvironment({
      POLYSTORE_TOPOLOGY_FILE: 't.json',
      POLYSTORE_SECRETS_FILE: 's.json',
    });
    expect(topology).toBeInstanceOf(FileTopology);
  });

  it.each([{}, { POLYSTORE_PREFIX: '' }, { POLYSTORE_TOPOLOGY_FILE: 't.json' }, { POLYSTORE_SECRETS_FILE: 's.json' }])(
    'refuses an environment that names no tier: %j',
    (env) => {
      expect(() => sourcesFromEnvironment(env)).toThrow('the environment names no tier');
    },
  );
});
