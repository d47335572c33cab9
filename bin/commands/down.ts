import { deleteLocalTier, stopLocalTier } from '../../lib/local';
import { isPolystoreError } from '../../lib/errors';
import { removeEmptyFoldersAround } from '../empty-folders';
import { EXIT_CODES, type ExitCode } from '../exit-code';
import { printJson } from '../json-output';
import { Steps } from '../terminal';
import { openTier, tierDirectory, type TierOptions } from '../tier-context';

export interface DownOptions extends TierOptions {
  readonly deleteData?: true;
  readonly json?: true;
}

/** Version of what `--json` prints. */
const JSON_VERSION = 1;

/** Stops a tier on this machine. With `--delete-data`, a tier that is down already is no fault: its data is what has to go. */
export async function down(options: DownOptions): Promise<ExitCode> {
  const definition = await openTier(options);
  const directory = tierDirectory(definition);
  const steps = new Steps(options.json ? process.stderr : process.stdout);
  const stopped = await steps.run('down', async () => {
    const wasUp = await stopLocalTier(directory).then(
      () => true,
      (error: unknown) => {
        if (options.deleteData && isPolystoreError(error, 'TIER_NOT_UP')) return false;
        throw error;
      },
    );
    if (options.deleteData) {
      await deleteLocalTier(directory);
      await removeEmptyFoldersAround(directory);
    }
    const data = options.deleteData ? 'data deleted' : 'data kept';
    return {
      value: wasUp,
      detail: `${definition.name}/${definition.stage.name} ${wasUp ? 'stopped' : 'was not up'}, ${data}`,
    };
  });
  if (options.json) printJson({ version: JSON_VERSION, stopped, dataDeleted: options.deleteData ?? false });
  return EXIT_CODES.ok;
}
