import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { isPolystoreError } from '../../lib/errors';
import { requireNeo4j, type Neo4jProgram } from '../../lib/local/neptune';
import type { Provision } from './proof';
import { provideJava } from './provide-java';

/** A Neo4j of this machine; else the jars of one, and beside them a program that says which version they are. */
export async function provideNeptune(provision: Provision): Promise<Neo4jProgram> {
  try {
    return await requireNeo4j(provision.searchPath);
  } catch (error) {
    if (!isPolystoreError(error, 'ENGINE_MISSING')) throw error;
  }
  const { directory, version } = await provideJava(
    { name: 'neo4j', project: join(__dirname, 'engines', 'neo4j.xml'), artifact: 'neo4j', sources: [] },
    provision,
  );
  const bin = join(directory, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'neo4j'), `#!/bin/sh\necho ${version}\n`);
  await chmod(join(bin, 'neo4j'), 0o755);
  return requireNeo4j([bin, provision.searchPath].join(delimiter));
}
