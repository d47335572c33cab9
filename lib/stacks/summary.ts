import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import type { Widget } from '../watch';
import { SynthesisMessageLevel, type CloudAssembly, type CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { expandLoops } from './expand-loops';

/** What was synthesized, for people: one line of `npm start`, the report. */
export interface TierSummary {
  readonly stacks: readonly StackSummary[];
  /**
   * Findings that nobody acknowledged. CloudFormation's own rules are not among them where they were turned off (`CDK_VALIDATION=false`,
   * `cdk synth --no-validation`).
   */
  readonly findings: readonly Finding[];
  /** Findings that were accepted on purpose. */
  readonly acknowledged: readonly Acknowledged[];
  /** What a reader should know and nobody has to mend. */
  readonly notices: readonly string[];
  /** Of CloudWatch; none where nobody is woken. */
  readonly dashboards: readonly DashboardSummary[];
}

export interface DashboardSummary {
  readonly name: string;
  /** What it shows, as CloudWatch takes it; what only a deployment knows stands in angle brackets. */
  readonly widgets: readonly Widget[];
}

export interface StackSummary {
  readonly name: string;
  readonly resources: number;
}

export interface Finding {
  /** As in `AwsSolutions-RDS11`. */
  readonly rule: string;
  /** `error`, `fatal`, `warning`, … as the rule's author says. */
  readonly severity: string;
  readonly description: string;
}

/** A rule that was acknowledged for one reason, at one or more constructs. */
export interface Acknowledged {
  readonly rule: string;
  readonly reason: string;
  /** Paths of the constructs that carry it. */
  readonly paths: readonly string[];
}

/** Summarizes a synthesized app; reads its files only. */
export function summarize(assembly: CloudAssembly): TierSummary {
  const stacks = assembly.stacksRecursively;
  const { pluginReports } = JSON.parse(
    readFileSync(join(assembly.directory, 'validation-report.json'), 'utf8'),
  ) as ValidationReport;
  return {
    stacks: stacks.map((stack) => ({
      name: stack.stackName,
      resources: Object.keys(expandLoops((stack.template as { Resources?: Record<string, unknown> }).Resources ?? {}))
        .length,
    })),
    findings: pluginReports.flatMap(({ violations = [] }) =>
      violations.map(({ ruleName, severity = 'error', description }) => ({ rule: ruleName, severity, description })),
    ),
    acknowledged: groupByReason([...acknowledgedPolicies(stacks), ...acknowledgedRules(pluginReports)]),
    notices: stacks.flatMap(({ messages }) =>
      messages
        .filter(({ level }) => level === SynthesisMessageLevel.INFO)
        // CDK puts the id of a message after it.
        .map(({ entry }) => String(entry.data).replace(/ \[ack: [^\]]*\]$/, '')),
    ),
    dashboards: stacks.flatMap(dashboardsOf),
  };
}

function dashboardsOf(stack: CloudFormationStackArtifact): readonly DashboardSummary[] {
  const { Resources: resources = {} } = stack.template as {
    readonly Resources?: Readonly<Record<string, { readonly Type: string; readonly Properties?: DashboardProperties }>>;
  };
  return Object.values(resources).flatMap(({ Type, Properties: properties }) =>
    Type !== 'AWS::CloudWatch::Dashboard' || properties === undefined
      ? []
      : [{ name: properties.DashboardName, widgets: widgetsOf(properties.DashboardBody) }],
  );
}

interface DashboardProperties {
  readonly DashboardName: string;
  readonly DashboardBody: string | { readonly 'Fn::Join': readonly [string, readonly unknown[]] };
}

function widgetsOf(body: DashboardProperties['DashboardBody']): readonly Widget[] {
  const text =
    typeof body === 'string'
      ? body
      : body['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : '<deployed>')).join('');
  return (JSON.parse(text) as { readonly widgets: readonly Widget[] }).widgets;
}

/** The fields that are read of the report that CDK writes beside the templates. */
interface ValidationReport {
  readonly pluginReports: readonly PluginReport[];
}

interface PluginReport {
  readonly violations?: readonly {
    readonly ruleName: string;
    readonly severity?: string;
    readonly description: string;
  }[];
  readonly suppressedViolations?: readonly {
    readonly ruleName: string;
    readonly reason?: string;
    readonly acknowledgedAt?: string;
  }[];
}

interface Acknowledgement {
  readonly rule: string;
  readonly reason: string;
  readonly path: string;
}

/** CloudFormation's rules: CDK reports what it suppressed. */
function acknowledgedRules(reports: readonly PluginReport[]): readonly Acknowledgement[] {
  return reports.flatMap(({ suppressedViolations = [] }) =>
    suppressedViolations.map(({ ruleName, reason = '', acknowledgedAt = '' }) => ({
      rule: ruleName,
      reason,
      path: acknowledgedAt,
    })),
  );
}

/** cdk-nag's rules: it drops what is acknowledged without a word, so the acknowledgements themselves are read. */
function acknowledgedPolicies(stacks: readonly CloudFormationStackArtifact[]): readonly Acknowledgement[] {
  return stacks.flatMap((stack) =>
    stack.findMetadataByType(Validations.ACKNOWLEDGED_RULES_METADATA_KEY).flatMap(({ path, data }) =>
      Object.entries(data as unknown as Record<string, string>)
        .map(([id, reason]) => ({ rule: id.replace(/^[^:[]*::/, ''), reason, path: path.replace(/^\//, '') }))
        .filter(({ rule }) => rule.startsWith('AwsSolutions-')),
    ),
  );
}

function groupByReason(acknowledgements: readonly Acknowledgement[]): readonly Acknowledged[] {
  const groups = new Map<string, { rule: string; reason: string; paths: Set<string> }>();
  for (const { rule, reason, path } of acknowledgements) {
    const key = JSON.stringify([rule, reason]);
    const group = groups.get(key) ?? { rule, reason, paths: new Set() };
    groups.set(key, group);
    group.paths.add(path);
  }
  return [...groups.values()].map(({ rule, reason, paths }) => ({ rule, reason, paths: [...paths] }));
}
