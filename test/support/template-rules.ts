import { CloudFormationValidatePlugin } from 'aws-cdk-lib';
import { JUDGED_TYPES } from '../../lib/stacks/template-rules';

/** What CDK keeps to itself: the plugin that all apps of a process have, and how it makes its engine. */
interface SharedPlugin {
  _singletonInstance(): { initializeEngine(types: ReadonlySet<string>): unknown };
}

/**
 * Turns CloudFormation's rules on, which a suite that asserts nothing of them does without. To make their engine takes longer than to judge a tier,
 * and CDK makes another for an app with a type of resource that the one before had not: here one knows all types of the kit, once a worker.
 */
export function turnOnTemplateRules(): void {
  process.env['CDK_VALIDATION'] = 'true';
  (CloudFormationValidatePlugin as unknown as SharedPlugin)._singletonInstance().initializeEngine(JUDGED_TYPES);
}
