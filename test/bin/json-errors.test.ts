import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { toldError, encodeError, renderError } from '../../bin/told-error';
import { createProject, type Finished, type Project } from '../support/command-line';

let project: Project;
beforeAll(() => {
  project = createProject();
});
afterAll(() => project.remove());

/** What a script reads: the last line of standard error. */
const errorOf = ({ stderr }: Finished): unknown => JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '');

describe('with --json, the last line on standard error', () => {
  it('is the error as JSON, whose next step is for the same tier and stage; the exit code is as without', async () => {
    const [asJson, asText] = [
      await project.call('down', '--stage', 'prod', '--json'),
      await project.call('down', '--stage', 'prod'),
    ];
    expect(asJson).toMatchObject({ code: 3, stdout: '' });
    expect(errorOf(asJson)).toEqual({
      version: 1,
      code: 'TIER_NOT_UP',
      message: expect.stringContaining('no tier is up'),
      details: { directory: expect.stringContaining('.polystore/blog/prod') },
      next: expect.stringContaining('npx polystore up --stage prod'),
    });
    expect(asText.code).toBe(3);
    expect(asText.stderr).toContain('npx polystore up --stage prod');
    expect(asText.stderr).not.toContain('{');
  });

  it('lists every fault of a definition with its place', async () => {
    const broken = createProject();
    broken.edit((text) => text.replace('replicas: { r1', 'replica: { r1'));
    const failed = await broken.call('cost', '--json');
    broken.remove();
    expect(failed).toMatchObject({ code: 2, stdout: '' });
    expect(errorOf(failed)).toMatchObject({
      code: 'CONFIG_INVALID',
      details: { faults: [{ path: 'stores.main.replica', location: { line: expect.any(Number) } }] },
    });
  });

  it('says what is wrong with the command line, and nothing else', async () => {
    const failed = await project.call('up', '--prot', '5', '--json');
    expect(failed).toMatchObject({ code: 2, stdout: '' });
    expect(JSON.parse(failed.stderr)).toEqual({
      version: 1,
      code: 'COMMAND_LINE_INVALID',
      message: expect.stringMatching(/^unknown option '--prot'\n\(Did you mean --port\?\)/),
      details: {},
      next: expect.stringContaining('npx polystore --help'),
    });
    expect((await project.call('up', '--prot', '5')).stderr).not.toContain('{');
  });

  it('is of a detached tier what its process failed with', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const failed = await project.run('up', '--detach', '--json', '--port', String(port));
    taken.close();
    expect(failed.code).toBe(3);
    expect(errorOf(failed)).toMatchObject({ version: 1, code: 'PORT_TAKEN', details: { port } });
  });

  it('shows no secret', async () => {
    const url = 'POLYSTORE_URL_PROFILES';
    const social = createProject('examples/social.config.ts');
    process.env[url] = 'mongodb://admin:s3cret@:no-port';
    const failed = await social.call('up', '--json');
    delete process.env[url];
    social.remove();
    expect(failed.code).not.toBe(0);
    expect(errorOf(failed)).toMatchObject({ version: 1, message: expect.stringContaining(url) });
    expect(failed.stderr).not.toContain('s3cret');
  });
});

const plain = (text: string): string => text;
const painter = { bold: plain, dim: plain, green: plain, red: plain, yellow: plain };
const OPTIONS = { tier: 'tier.config.ts' };

test('an error of AWS is none of the kit, and one without a name says where it came from', () => {
  const refused = toldError(Object.assign(new Error('none'), { name: 'CredentialsProviderError' }), OPTIONS);
  expect(refused).toMatchObject({ code: 'AWS_REFUSED', details: {}, next: expect.stringContaining('Sign in') });
  const bug = toldError(new TypeError('x is not a function'), OPTIONS);
  expect(JSON.parse(encodeError(bug))).toMatchObject({
    version: 1,
    code: 'UNEXPECTED',
    message: 'x is not a function',
    details: { stack: expect.stringContaining('json-errors.test') },
  });
  expect(renderError(bug, painter)).toMatch(/^✗ unexpected error: TypeError: x is not a function\n {4}at /);
});
