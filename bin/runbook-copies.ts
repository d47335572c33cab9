import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TierDefinition } from '../lib/definition';
import { allRunbooks, renderRunbook } from '../lib/runbooks';

/**
 * Writes every runbook that fits the tier beside its templates, with its names: one file a store where it is about stores. They need neither this
 * package nor a network when they are read.
 */
export function writeRunbooks(directory: string, definition: TierDefinition): void {
  const folder = join(directory, 'runbooks');
  mkdirSync(folder, { recursive: true });
  for (const runbook of allRunbooks()) {
    if (runbook.kinds.length === 0) {
      writeFileSync(join(folder, `${runbook.slug}.md`), renderRunbook(runbook, definition));
      continue;
    }
    for (const { name, kind } of Object.values(definition.stores)) {
      if (!runbook.kinds.includes(kind)) continue;
      writeFileSync(join(folder, `${runbook.slug}.${name}.md`), renderRunbook(runbook, definition, { store: name }));
    }
  }
}
