import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import {
  CloudFormationValidatePlugin,
  type IPolicyValidationContext,
  type PolicyValidationPluginReport,
  type PolicyValidationStack,
} from 'aws-cdk-lib';
import { RESOURCE_TYPES } from '../inventory';
import { alikeTemplates } from './alike-templates';

/** Types of resources that the engine knows the rules of: the kit's, and what CDK adds where its users count versions. */
export const JUDGED_TYPES: ReadonlySet<string> = new Set([...RESOURCE_TYPES, 'AWS::CDK::Metadata']);

/** What a thread may take for its answer. Nothing tells a process that waits that its thread has died, and to judge here too only takes longer. */
const PATIENCE_MS = 60_000;

/** What the thread answers; nothing, where it could not. */
interface Answer {
  readonly report?: PolicyValidationPluginReport;
  readonly version?: string;
}

/**
 * CloudFormation's own rules over templates, as CDK's plugin finds them, in a thread of its own. To make the engine of the rules takes longer than the
 * templates of most tiers: here it is made meanwhile. Templates that are {@link alikeTemplates alike} are judged by one of them; where that has a
 * finding, each is judged for itself, so that the report is the same.
 *
 * The thread ends after the first report, or with the process. Where it does not answer, this one does the work.
 */
export class TemplateRules extends CloudFormationValidatePlugin {
  private thread: Worker | undefined;
  private ownVersion: string | undefined;

  constructor() {
    super();
    // V8 optimizes each function of the engine that has run for a while. That takes as much of the processors as the rules themselves, and by far not
    // all of it is paid back in a process of seconds.
    setFlagsFromString('--wasm-tiering-budget=200000000');
    this.thread = new Worker(join(__dirname, 'template-rules-thread.cjs'), {
      workerData: { resourceTypes: JUDGED_TYPES },
      // What loads the main thread's TypeScript is not needed there.
      execArgv: [],
    });
    this.thread.unref();
    // It answers no more, which validate() sees.
    this.thread.on('error', () => undefined);
  }

  /** Of the engine. */
  override get version(): string {
    return this.ownVersion ?? (super.version as string);
  }

  /** As CDK's plugin has it: its version. */
  override get ruleIds(): string[] {
    return [this.version];
  }

  override validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const groups = alikeTemplates(context.stackTemplates);
    const report = this.judge(
      context,
      groups.flatMap(([one]) => one ?? []),
    );
    const found = new Set(
      report.violations.flatMap(({ violatingResources }) => violatingResources.map(({ templatePath }) => templatePath)),
    );
    const clean = groups.filter(([one]) => one !== undefined && !found.has(one.templatePath));
    const judgedByAnother = new Set(clean.flatMap(([, ...others]) => others));
    const all = context.stackTemplates.filter((stack) => !judgedByAnother.has(stack));
    const whole = all.length === groups.length ? report : this.judge(context, all);
    void this.thread?.terminate();
    this.thread = undefined;
    return whole;
  }

  private judge(
    context: IPolicyValidationContext,
    stacks: readonly PolicyValidationStack[],
  ): PolicyValidationPluginReport {
    const { report, version } = this.thread === undefined ? {} : ask(this.thread, stacks);
    if (report === undefined) {
      return super.validate({
        ...context,
        stackTemplates: [...stacks],
        templatePaths: stacks.map(({ templatePath }) => templatePath),
      });
    }
    this.ownVersion = version;
    return report;
  }
}

/** Asks a thread and waits: CDK takes a report from a plugin, not the promise of one. */
function ask(thread: Worker, stackTemplates: readonly PolicyValidationStack[]): Answer {
  const { port1, port2 } = new MessageChannel();
  const isDone = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  thread.postMessage({ stackTemplates, answers: port2, isDone }, [port2]);
  Atomics.wait(isDone, 0, 0, PATIENCE_MS);
  const received = receiveMessageOnPort(port1) as { readonly message: Answer } | undefined;
  port1.close();
  return received?.message ?? {};
}
