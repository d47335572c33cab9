import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import {
  CloudFormationValidatePlugin,
  type IPolicyValidationContext,
  type PolicyValidationPluginReport,
  type PolicyValidationStack,
} from 'aws-cdk-lib';
import { RESOURCE_TYPES } from '../inventory';
import { alikeTemplates } from './alike-templates';
import { AnsweringThread } from './answering-thread';

/** Types of resources that the engine knows the rules of: the kit's, and what CDK adds where its users count versions. */
export const JUDGED_TYPES: ReadonlySet<string> = new Set([...RESOURCE_TYPES, 'AWS::CDK::Metadata']);

/** What a thread that lives may take for its answer: a thousand shards take seconds, and to judge here too only takes longer. */
const PATIENCE_MS = 60_000;

/** What the thread answers; nothing, where it could not. */
export interface RulesAnswer {
  readonly report?: PolicyValidationPluginReport;
  readonly version?: string;
}

/**
 * CloudFormation's own rules over templates, as CDK's plugin finds them, in a thread of its own. To make the engine of the rules takes longer than the
 * templates of most tiers: here it is made meanwhile. Templates that are {@link alikeTemplates alike} are judged by one of them; where that has a
 * finding, each is judged for itself, so that the report is the same.
 *
 * The thread ends after the first report, or with the process. Where it has ended before, or does not answer, this process does the work, and says so.
 */
export class TemplateRules extends CloudFormationValidatePlugin {
  private thread: AnsweringThread<readonly PolicyValidationStack[], RulesAnswer> | undefined;
  private ownVersion: string | undefined;

  /**
   * @param onThreadLost is told why the thread gave no answer
   * @param startThread what the thread is
   */
  constructor(
    private readonly onThreadLost: (why: string) => void = () => undefined,
    startThread = startRules,
  ) {
    super();
    // V8 optimizes each function of the engine that has run for a while. That takes as much of the processors as the rules themselves, and by far not
    // all of it is paid back in a process of seconds.
    setFlagsFromString('--wasm-tiering-budget=200000000');
    this.thread = startThread();
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
    this.end();
    return whole;
  }

  private askThread(stacks: readonly PolicyValidationStack[]): RulesAnswer {
    if (this.thread === undefined) return {};
    const said = this.thread.ask(stacks, PATIENCE_MS);
    if ('answer' in said) return said.answer;
    this.end();
    this.onThreadLost(said.ended);
    return {};
  }

  private end(): void {
    this.thread?.terminate();
    this.thread = undefined;
  }

  private judge(
    context: IPolicyValidationContext,
    stacks: readonly PolicyValidationStack[],
  ): PolicyValidationPluginReport {
    const { report, version } = this.askThread(stacks);
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

const startRules = (): AnsweringThread<readonly PolicyValidationStack[], RulesAnswer> =>
  new AnsweringThread(join(__dirname, 'template-rules-thread.cjs'), { resourceTypes: JUDGED_TYPES });
