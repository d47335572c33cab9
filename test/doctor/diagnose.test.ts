import { dynamodb, parseTier, postgres, valkey } from '../../lib/definition';
import { diagnoseDefinition, diagnoseMachine, diagnoseOtherStores, isHealthy, renderDiagnoses } from '../../lib/doctor';
import { blogTier, shardNames } from '../support/blog-tier';

const plain = { green: String, yellow: String, red: String };
const blog = blogTier('dev');

describe('this machine', () => {
  it('is well with the Node.js and the engine that the tests run on', async () => {
    const diagnoses = await diagnoseMachine(blog, { node: process.version, nodeNeeded: '>=20.19' });
    expect(diagnoses.map(({ subject, verdict }) => [subject, verdict])).toEqual([
      ['node', 'good'],
      ['engine', 'good'],
    ]);
    expect(diagnoses[1]?.says).toMatch(/^PostgreSQL 17\.\d+ on this machine$/);
  });

  it.each([
    ['v20.19.0', 'good'],
    ['v22.1.0', 'good'],
    ['v20.18.3', 'bad'],
    ['v18.30.0', 'bad'],
  ])('judges Node.js %s as %s', async (node, verdict) => {
    const [diagnosis] = await diagnoseMachine(blog, { node, nodeNeeded: '>=20.19' });
    expect(diagnosis).toMatchObject({ subject: 'node', verdict });
  });

  it('lacks the engine of a platform that npm did not install for', async () => {
    const machine = { node: process.version, nodeNeeded: '>=20.19', platform: 'sunos-sparc' };
    const [, engine] = await diagnoseMachine(blog, machine);
    expect(engine).toMatchObject({ subject: 'engine', verdict: 'bad', says: expect.stringContaining('sunos-sparc') });
  });

  it('says which store asks for another version than is here', async () => {
    const tier = parseTier({
      name: 'old',
      stages: { dev: { profile: 'disposable' } },
      stores: { main: postgres({ version: '16' }), other: postgres() },
    });
    const [, engine] = await diagnoseMachine(tier, { node: process.version, nodeNeeded: '>=20.19' });
    expect(engine).toMatchObject({ verdict: 'warning', says: expect.stringContaining('while main asks for 16:') });
  });
});

describe('stores that are not relational', () => {
  const tier = parseTier({
    name: 'mixed',
    stages: { dev: { profile: 'disposable' } },
    stores: { main: postgres(), carts: dynamodb({ partitionKey: 'id' }), sessions: valkey() },
  });

  it('are named with what to do where nothing runs them here', async () => {
    const [carts, sessions, ...none] = await diagnoseOtherStores(tier, { searchPath: '', urls: {} });
    expect(none).toEqual([]);
    expect(carts).toEqual({ subject: 'carts', verdict: 'good', says: 'dynamodb runs on this machine' });
    expect(sessions).toMatchObject({
      subject: 'sessions',
      verdict: 'warning',
      says: expect.stringMatching(/^does not run here and is not proven: no valkey-server or redis-server/),
      next: expect.stringContaining('POLYSTORE_URL_SESSIONS'),
    });
  });

  it('are faulty where the URL of a server is of no use', async () => {
    const urls = { sessions: 'http://127.0.0.1:1' };
    const [fault] = await diagnoseOtherStores(tier, { searchPath: '', urls });
    expect(fault).toMatchObject({ subject: 'engines', verdict: 'bad', next: expect.any(String) });
  });
});

describe('the definition', () => {
  it('of the example raises nothing', () => {
    expect(diagnoseDefinition(blog).map(({ verdict }) => verdict)).toEqual(['good', 'good']);
    expect(diagnoseDefinition(blogTier('prod'))[0]?.says).toBe('eu-west-1a, eu-west-1b, eu-west-1c');
  });

  it('of many shards names every quota that must be raised', () => {
    const quotas = diagnoseDefinition(blogTier('prod', { shards: shardNames(60) })).slice(1);
    expect(quotas.map(({ verdict, says }) => [verdict, says])).toEqual([
      ['warning', expect.stringMatching(/^123 DB instances are needed/)],
      ['warning', expect.stringMatching(/^60 DB clusters are needed/)],
    ]);
  });
});

test('what could not be found out is no health', () => {
  const diagnosis = (verdict: 'good' | 'warning' | 'bad' | 'unknown') => ({ subject: 'x', verdict, says: 'y' });
  expect(isHealthy([diagnosis('good'), diagnosis('warning')])).toBe(true);
  expect(isHealthy([diagnosis('good'), diagnosis('bad')])).toBe(false);
  expect(isHealthy([diagnosis('unknown')])).toBe(false);
});

test('the text has a line a diagnosis, what to do below it, and counts', () => {
  const text = renderDiagnoses(
    [
      { subject: 'node', verdict: 'good', says: 'Node.js v22' },
      { subject: 'bootstrap', verdict: 'bad', says: 'not there', next: 'npx cdk bootstrap' },
    ],
    plain,
  );
  expect(text).toBe(
    [
      '✓ node       Node.js v22',
      '✗ bootstrap  not there',
      '             next: npx cdk bootstrap',
      '1 good, 0 warning, 1 bad, 0 unknown',
      '',
    ].join('\n'),
  );
});
