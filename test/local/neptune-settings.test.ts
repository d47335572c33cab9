import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { tlsFilesIn } from '../../lib/local/certificates';
import { requireNeo4j } from '../../lib/local/neptune';
import { digestOf, renderFirstUser, renderNeo4jSettings } from '../../lib/local/neptune-settings';
import { newDirectory, removeDirectory } from './scratch';

test('only Bolt is on, with TLS, on the loopback address', () => {
  const lines = renderNeo4jSettings(7, tlsFilesIn('/a\\b/tls')).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'server.bolt.listen_address=127.0.0.1:7',
      'server.bolt.tls_level=REQUIRED',
      'dbms.ssl.policy.bolt.base_directory=/a\\\\b/tls',
      'server.http.enabled=false',
      'server.https.enabled=false',
      'dbms.security.auth_enabled=true',
    ]),
  );
});

test("the first user's password stands in its file as a digest with salt", () => {
  const text = renderFirstUser({ username: 'neo4j', password: 'secret' });
  const [, digest, salt] = /^neo4j:SHA-256,([0-9a-f]{64}),([0-9a-f]{64}),1024:\n$/.exec(text) ?? [];
  expect(digest).toBe(digestOf('secret', Buffer.from(salt as string, 'hex')).toString('hex'));
  expect(renderFirstUser({ username: 'neo4j', password: 'secret' })).not.toBe(text);
});

test('the digest is the one that Neo4j itself makes', () => {
  // Printed by SystemGraphCredential.createCredentialForPassword of Neo4j 5.26.12.
  const salt = Buffer.from('1086cdb00555ff1162898e8cfab5d871de59a54215da73bae27c0bd40952eeae', 'hex');
  expect(digestOf('secret', salt).toString('hex')).toBe(
    'db3a9199344b9966ca67f935a327a67abd3421fa955c4ff28c09c6e7b281c314',
  );
});

test('a neo4j without its jars beside it is none', async () => {
  const directory = await newDirectory();
  try {
    const program = async (path: string): Promise<void> => {
      await mkdir(join(directory, path, 'bin'), { recursive: true });
      await writeFile(join(directory, path, 'bin', 'neo4j'), '#!/bin/sh\necho 5.26.12\n');
      await writeFile(join(directory, path, 'bin', 'java'), "#!/bin/sh\necho 'openjdk 17.0.15 2025-04-15'\n");
      for (const name of ['neo4j', 'java']) await chmod(join(directory, path, 'bin', name), 0o755);
    };
    await program('script-only');
    await expect(requireNeo4j(join(directory, 'script-only', 'bin'))).rejects.toMatchObject({ code: 'ENGINE_MISSING' });
    await program('whole');
    await mkdir(join(directory, 'whole', 'lib'));
    await writeFile(join(directory, 'whole', 'lib', 'neo4j-server-5.26.12.jar'), '');
    const searchPath = ['script-only', 'whole'].map((name) => join(directory, name, 'bin')).join(delimiter);
    expect(await requireNeo4j(searchPath)).toMatchObject({
      path: join(directory, 'whole', 'bin', 'neo4j'),
      jars: join(directory, 'whole', 'lib'),
      version: '5.26.12',
    });
  } finally {
    await removeDirectory(directory);
  }
});
