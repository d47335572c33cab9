import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { readDeclarations } from './definition-doc/declared-options';
import { measureEverything } from './definition-doc/measure-changes';
import { DEFINITION_DOC_FILE, definitionPage } from './definition-doc/page';

// `node --import tsx scripts/definition-doc.ts`: writes docs/definition.md from the types and schemas of lib/definition; with --check it says whether the file is that.

// The templates of changes that are tried are only compared: what CloudFormation says of each takes as long as all the rest.
process.env['CDK_VALIDATION'] = 'false';

async function run(): Promise<void> {
  const file = join(__dirname, '..', DEFINITION_DOC_FILE);
  const text = await format(definitionPage({ declarations: readDeclarations(), measured: measureEverything() }), {
    ...(await resolveConfig(file)),
    parser: 'markdown',
  });
  if (!process.argv.includes('--check')) return writeFileSync(file, text);
  if (readFileSync(file, 'utf8') === text) return;
  throw new TypeError(
    `${DEFINITION_DOC_FILE} is not what lib/definition says: run node --import tsx scripts/definition-doc.ts`,
  );
}

run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
