import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { bundleOptions } from '../../lib/stacks/lambda-code';
import type { KitFunction } from '../../lib/topology';
import { keptDirectory, madeOnce } from '../support/made-once';

/** A handler as it is shipped: one file, minified, without the clients of the AWS SDK, which the Lambda runtime has. */
export interface HandlerBundle {
  /** The file, in a directory where no package can be found. */
  readonly path: string;
  readonly bytes: number;
  /** Paths of every source in it, from the project's root. */
  readonly inputs: readonly string[];
  /** Packages that it expects to find when it runs. */
  readonly externals: readonly string[];
}

/** Bundled by the first suite of a run that asks for it. */
export const bundleHandler = (name: KitFunction): HandlerBundle => madeOnce('bundle', name, bundledNow);

function bundledNow(name: KitFunction): HandlerBundle {
  const path = join(keptDirectory(name), 'index.js');
  const root = join(__dirname, '..', '..');
  const { metafile } = buildSync({ ...bundleOptions(root, name), target: 'node20', outfile: path });
  const [output] = Object.values(metafile.outputs);
  return {
    path,
    bytes: output?.bytes ?? 0,
    inputs: Object.keys(metafile.inputs),
    externals: [
      ...new Set((output?.imports ?? []).filter(({ external }) => external).map(({ path: found }) => found)),
    ].filter((found) => !isBuiltin(found)),
  };
}

/** Top-level packages among `inputs`, sorted. */
export function packagesOf(inputs: readonly string[]): readonly string[] {
  const names = inputs.flatMap((input) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []);
  return [...new Set(names)].sort();
}
