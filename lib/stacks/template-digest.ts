import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lazy, Stage, type Stack } from 'aws-cdk-lib';

/**
 * A digest of what stacks will deploy, for a stack that comes after them: it changes when any of their templates does, and only then.
 *
 * The stacks must have been made before the one that holds the digest: CDK writes templates in that order, and the digest is of what it wrote.
 */
export function templateDigest(stacks: readonly Stack[]): string {
  // Uncached: CDK asks once more beforehand, to look for references, when nothing is written yet.
  return Lazy.uncachedString({
    produce: () => {
      const hash = createHash('sha256');
      for (const stack of stacks) {
        const file = join(Stage.of(stack)?.outdir ?? '', stack.templateFile);
        hash.update(`${stack.stackName}\n`).update(existsSync(file) ? readFileSync(file) : '');
      }
      return hash.digest('hex');
    },
  });
}
