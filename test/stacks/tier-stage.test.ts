import { App, Stage } from 'aws-cdk-lib';
import type { CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { pipelineApp } from '../../examples/pipelines/app';
import tier from '../../examples/pipelines/tier.config';
import { parseStages } from '../../lib/definition';
import { stackName } from '../../lib/definition/names/stacks';
import { TierStage } from '../../lib/stacks';
import { estateTier } from '../support/estate-tier';
import { templatesOf } from '../support/synthesized-tier';

const stages = parseStages(tier);
const app = pipelineApp();
const assembly = app.synth();
const artifactsOf = (stage: string): readonly CloudFormationStackArtifact[] =>
  assembly.nestedAssemblies
    .map(({ nestedAssembly }) => nestedAssembly.stacks)
    .find(([stack]) => stack?.stackName.startsWith(`orders-${stage}-`)) ?? [];

describe.each(stages.map((definition) => [definition.stage.name, definition] as const))(
  'the stage %s in a pipeline of another app',
  (name, definition) => {
    const artifacts = artifactsOf(name);

    test('has the very templates that the tier has by itself, though the app has other feature flags', () => {
      const prefix = `${stackName(definition)}-`;
      const templates = Object.fromEntries(
        artifacts.map(({ stackName: stack, template }) => [stack.slice(prefix.length), withoutPath(template, name)]),
      );
      expect(Object.keys(templates).length).toBeGreaterThan(2);
      expect(templates).toEqual(templatesOf(definition));
    });

    test('is deployed to the account and region that it says', () => {
      for (const { environment } of artifacts) expect(environment).toMatchObject(definition.stage.env ?? {});
    });
  },
);

test('the pipeline deploys dev, then prod once somebody has agreed, each stack after those that it needs', () => {
  const [pipeline] = assembly.stacks;
  const resources = Object.values((pipeline?.template as { Resources: Record<string, Resource> }).Resources);
  const { Stages } = resources.find(({ Type }) => Type === 'AWS::CodePipeline::Pipeline')?.Properties as Pipeline;
  expect(Stages.map(({ Name }) => Name)).toEqual(['Source', 'Build', 'UpdatePipeline', 'Assets', 'Dev', 'Prod']);
  const orderIn = (stage: string, action: string): number =>
    Stages.find(({ Name }) => Name === stage)?.Actions.find(({ Name }) => Name === action)?.RunOrder ?? NaN;
  for (const stage of ['dev', 'prod']) {
    const Stage = stage === 'dev' ? 'Dev' : 'Prod';
    const deployed = (stack: string) => orderIn(Stage, `orders-${stage}-${stack}.Deploy`);
    expect(deployed('access')).toBeGreaterThan(deployed('orders'));
    expect(deployed('operations')).toBeGreaterThan(deployed('access'));
  }
  expect(orderIn('Prod', 'DeployProd')).toBe(1);
  expect(orderIn('Prod', 'orders-prod-orders.Prepare')).toBeGreaterThan(1);
});

test('no stack asks an account for anything', () => {
  const all = [assembly, ...assembly.nestedAssemblies.map(({ nestedAssembly }) => nestedAssembly)];
  expect(all).toHaveLength(3);
  for (const { manifest } of all) expect(manifest.missing).toBeUndefined();
});

test('every stack is deployed by the roles of the bootstrap that its stage names', () => {
  const outer = new App();
  const definition = estateTier();
  const stage = new TierStage(outer, 'Prod', { definition });
  expect(Stage.of(stage.stacks.access)).toBe(stage);
  const roles = (outer.synth().nestedAssemblies[0]?.nestedAssembly.stacks ?? []).map(
    ({ assumeRoleArn = '' }) => assumeRoleArn,
  );
  expect(roles).toHaveLength(10);
  for (const role of roles) expect(role).toContain(':role/cdk-acme-deploy-role-');
});

/** CDK writes the path of some constructs into their `Name` tag or description. */
function withoutPath(template: unknown, stage: string): unknown {
  const path = `OrdersPipeline/${stage[0]?.toUpperCase()}${stage.slice(1)}/`;
  return JSON.parse(JSON.stringify(template).replaceAll(path, ''));
}

interface Resource {
  readonly Type: string;
  readonly Properties: unknown;
}

interface Pipeline {
  readonly Stages: readonly {
    readonly Name: string;
    readonly Actions: readonly { readonly Name: string; readonly RunOrder: number }[];
  }[];
}
