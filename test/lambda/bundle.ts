import { mkdtemp, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from '../../lib/stacks/lambda-code';
import type { KitFunction } from '../../lib/topology';

/** A handler as it is shipped: one file, minified, without the clients of the AWS SDK, which the Lambda runtime has. */
export interface HandlerBundle {
  /** The file, in a directory where no package can be found. */
  readonly path: string;
  readonly bytes: number;
  /** Paths of every source in it, from the project's root. */
  readonly inputs: readonly string[];
  /** Packages that it expects to find when it runs. */
  readonly externals: readonly string[];
  remove(): Promise<void>;
}

export async function bundleHandler(name: KitFunction): Promise<HandlerBundle> {
  const directory = await mkdtemp(join(tmpdir(), 'polystore-bundle-'));
  const path = join(directory, 'index.js');
  const root = join(__dirname, '..', '..');
  const { metafile } = await build({ ...bundleOptions(root, name), target: 'node20', outfile: path });
  const [output] = Object.values(metafile.outputs);
  return {
    path,
    bytes: output?.bytes ?? 0,
    inputs: Object.keys(metafile.inputs),
    externals: [
      ...new Set((output?.imports ?? []).filter(({ external }) => external).map(({ path: found }) => found)),
    ].filter((found) => !isBuiltin(found)),
    remove: () => rm(directory, { recursive: true }),
  };
}

/** Top-level packages among `inputs`, sorted. */
export function packagesOf(inputs: readonly string[]): readonly string[] {
  const names = inputs.flatMap((input) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []);
  return [...new Set(names)].sort();
}
