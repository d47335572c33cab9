import {
  diagnoseAws,
  diagnoseDefinition,
  diagnoseMachine,
  diagnoseOtherStores,
  isHealthy,
  renderDiagnoses,
} from '../../lib/doctor';
import { urlsIn } from '../../lib/local';
import { engines } from '../../package.json';
import { bootstrapQualifierOf } from '../cdk-json';
import { EXIT_CODES, type ExitCode } from '../exit-code';
import { printJson } from '../json-output';
import { painterFor } from '../terminal';
import { openTier, type TierOptions } from '../tier-context';

export interface DoctorOptions extends TierOptions {
  readonly aws?: true;
  readonly json?: true;
}

/** Version of what `--json` prints. */
const JSON_VERSION = 1;

/** Says what would stand in the way of the tier: here, and with `--aws` in the account; exit 1 where something would. */
export async function doctor(options: DoctorOptions): Promise<ExitCode> {
  const definition = await openTier(options);
  const diagnoses = [
    ...(await diagnoseMachine(definition, { node: process.version, nodeNeeded: engines.node })),
    ...(await diagnoseOtherStores(definition, {
      searchPath: process.env['PATH'] ?? '',
      urls: urlsIn(process.env, definition.stores),
    })),
    ...diagnoseDefinition(definition),
    ...(options.aws ? await diagnoseAws(definition, bootstrapQualifierOf('cdk.json')) : []),
  ];
  if (options.json) {
    printJson({ version: JSON_VERSION, tier: definition.name, stage: definition.stage.name, diagnoses });
  } else {
    process.stdout.write(renderDiagnoses(diagnoses, painterFor(process.stdout)));
  }
  return isHealthy(diagnoses) ? EXIT_CODES.ok : EXIT_CODES.failed;
}
