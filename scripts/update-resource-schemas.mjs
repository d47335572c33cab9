// `node scripts/update-resource-schemas.mjs`: writes what CloudFormation's resource schemas say of replacement to
// lib/guard/resource-schemas.json, from the exact version of AWS' service specification that package.json pins. With `--check`, only says
// whether the file is what would be written. The specification takes more than a second to read, the file some milliseconds.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';

const FILE = new URL('../lib/guard/resource-schemas.json', import.meta.url);
const { version } = createRequire(import.meta.url)('@aws-cdk/aws-service-spec/package.json');

const text = render(loadAwsServiceSpecSync().all('resource'));
if (process.argv.includes('--check')) {
  const isCurrent = readFileSync(FILE, 'utf8') === text;
  console.log(isCurrent ? 'resource schemas are current' : 'run node scripts/update-resource-schemas.mjs');
  process.exitCode = isCurrent ? 0 : 1;
} else {
  writeFileSync(FILE, text);
}

/** A line a type, so that a new version of the specification reads as what changed. */
function render(resources) {
  const rows = resources
    .map((resource) => [resource.cloudFormationType, schemaOf(resource)])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, schema]) => `    ${JSON.stringify(type)}: ${JSON.stringify(schema)}`);
  return `{\n  "source": "@aws-cdk/aws-service-spec ${version}",\n  "types": {\n${rows.join(',\n')}\n  }\n}\n`;
}

function schemaOf({ properties, primaryIdentifier = [], isStateful }) {
  const causing = (answer) =>
    Object.keys(properties)
      .filter((name) => properties[name].causesReplacement === answer)
      .sort();
  const replaces = causing('yes');
  const mayReplace = causing('maybe');
  const [name] = primaryIdentifier;
  return {
    ...(replaces.length > 0 && { replaces }),
    ...(mayReplace.length > 0 && { mayReplace }),
    ...(primaryIdentifier.length === 1 && replaces.includes(name) && { name }),
    ...(isStateful && { stateful: true }),
  };
}
