import { CloudFormationValidatePlugin } from 'aws-cdk-lib';
import { JUDGED_TYPES, type TemplateRules } from '../../lib/stacks/template-rules';

/** Plain JavaScript, as the thread is that loads it. */
export const { withRoomForEngine } = jest.requireActual<{ withRoomForEngine(load: () => unknown): void }>(
  '../../lib/stacks/engine-memory.cjs',
);

/** What CDK keeps to itself: how a plugin makes its engine, and the plugin that all apps of a process have. */
interface EngineMaker {
  readonly version: string;
  initializeEngine(types: ReadonlySet<string>): unknown;
}
interface SharedPlugin {
  _singletonInstance(): EngineMaker;
}
const shared = (): EngineMaker => (CloudFormationValidatePlugin as unknown as SharedPlugin)._singletonInstance();

/**
 * Turns CloudFormation's rules on, which a suite that asserts nothing of them does without. To make their engine takes longer than to judge a tier,
 * and CDK makes another for an app with a type of resource that the one before had not: here one knows all types of the kit, once a worker. One suite
 * alone should ask for it, so that one worker alone makes it.
 */
export function turnOnTemplateRules(): void {
  process.env['CDK_VALIDATION'] = 'true';
  const plugin = shared();
  withRoomForEngine(() => plugin.version);
  plugin.initializeEngine(JUDGED_TYPES);
}

/** Has rules that do without their thread judge by the worker's engine, where they would make another. */
export function lendEngine(rules: TemplateRules): void {
  (rules as unknown as EngineMaker).initializeEngine = (types) => shared().initializeEngine(types);
}
