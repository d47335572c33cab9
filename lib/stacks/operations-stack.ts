import { CrossStackReferences, ReferenceStrength, Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledgeWildcards, DeploymentStep, IsolatedFunction } from '../../constructs';
import type { TierDefinition } from '../definition';
import { firstPlacements } from '../definition/first-placements';
import { encodePlacement } from '../placement';
import type { AccessStack } from './access-stack';
import { anySecret, anyServer, functionStatements, tokenUsers } from './function-policies';
import { graphsOf, WHOLE_GRAPH } from './graph-policies';
import { functionTimeouts, patienceSeconds } from './function-timeouts';
import { eachFunction, functionName, type FunctionOf, type OwnFunctionOf } from './kit-functions';
import { lambdaBundle, lambdaCode } from './lambda-code';
import { parameterName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import { SmokeSchedule } from './smoke-schedule';
import { stackSettings, tagStack } from './stack-settings';
import { storagePromises } from './storage-promises';
import type { Store } from './store';
import { templateDigest } from './template-digest';
import { TierDashboard } from './tier-dashboard';
import type { TierNetwork } from './tier-network';

/** `throw`: a failed check fails the deployment of the operations stack. `report`: it is told and the deployment goes on, through an incident. */
export type OnSmokeFailure = 'throw' | 'report';

export interface OperationsOptions {
  /** @default 'throw' */
  readonly smoke?: OnSmokeFailure;
}

export interface OperationsStackProps {
  readonly stores: readonly Store[];
  readonly access: AccessStack;
  readonly network: TierNetwork;
  readonly options: OperationsOptions;
}

/**
 * What the kit does to a tier on AWS: provisions its databases and then proves them, whenever a template of a store or of access has changed,
 * and in a protected stage proves them by the hour from then on. In another region than the stage's own it proves what stands there.
 *
 * Stateless and last: nothing waits for it, and what fails here rolls back this stack and no other. It reads the others weakly.
 */
export class OperationsStack extends Stack {
  readonly functions: OwnFunctionOf<IsolatedFunction>;

  constructor(scope: Construct, tier: TierDefinition, { stores, access, network, options }: OperationsStackProps) {
    const settings = stackSettings(tier, ['operations'], 'provisioning and smoke test');
    super(scope, settings.stackName, settings);
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);
    const before = [...stores.flatMap(({ stacks }) => stacks), access];
    for (const stack of before) this.addStackDependency(stack);

    const { vpc, dataSubnets } = network.in(this);
    const storage = storagePromises(tier, stores);
    const statements = functionStatements(this, tier, stores);
    const timeouts = functionTimeouts(tier);
    const patience = patienceSeconds(tier);
    this.functions = eachFunction(
      tier,
      (name) =>
        new IsolatedFunction(this, IDS[name], {
          functionName: functionName(tier, name),
          description: `${DESCRIPTIONS[name]} ${tier.name}/${tier.stage.name}`,
          code: lambdaCode(name),
          timeout: timeouts[name],
          environment: {
            POLYSTORE_PREFIX: parameterName(tier),
            ...(patience !== undefined && { POLYSTORE_PATIENCE_SECONDS: String(patience) }),
            ...(name === 'smoke-test' && storage),
          },
          vpc,
          vpcSubnets: dataSubnets,
          // CDK's classes and interfaces differ in nothing but `undefined` in optional members.
          securityGroup: access.operations as ec2.ISecurityGroup,
          logGroup: access.logGroups[name] as logs.ILogGroup,
          statements: statements[name],
        }),
    );

    const users = tokenUsers(this, tier, stores);
    eachFunction(tier, (name) => {
      const role = this.functions[name]?.role;
      if (!role) return;
      const reason = 'Secrets are chosen by their tags: tier, stage and role of the database.';
      acknowledgeWildcards(role, [anySecret(this)], reason);
      acknowledgeWildcards(
        role,
        users[name],
        'A proof that fails must be able to roll back, so no server is named: which are reached is said by the security group.',
      );
    });

    if (this.functions['smoke-test'].role) {
      acknowledgeWildcards(this.functions['smoke-test'].role, graphsOf(this, stores), WHOLE_GRAPH);
    }
    const profile = PROFILE_SETTINGS[tier.stage.profile];
    if (profile.watched && this.functions['smoke-test'].role) {
      acknowledgeWildcards(
        this.functions['smoke-test'].role,
        anyServer(this),
        'Whoever lists servers may not choose them by name; what is listed is no secret and no data.',
      );
    }
    const templates = templateDigest(before);
    const stepSettings = { logRetention: profile.logRetention, removalPolicy: profile.removalPolicy };
    const provision =
      this.functions.provision &&
      new DeploymentStep(this, 'Provisioning', {
        ...stepSettings,
        handler: this.functions.provision,
        resourceType: 'Custom::Provision',
        properties: { Templates: templates, Code: lambdaBundle('provision').hash, seeds: seedsOf(tier) },
      });
    const proof = new DeploymentStep(this, 'Proof', {
      ...stepSettings,
      handler: this.functions['smoke-test'],
      resourceType: 'Custom::SmokeTest',
      properties: {
        Templates: templates,
        Code: lambdaBundle('smoke-test').hash,
        onFailure: options.smoke ?? 'throw',
      },
    });
    if (provision) proof.node.addDependency(provision);
    if (profile.watched) {
      new TierDashboard(this, 'Dashboard', { tier, stores });
      new SmokeSchedule(this, 'Schedule', {
        smokeTest: this.functions['smoke-test'],
        name: functionName(tier, 'smoke-test'),
      });
    }
    tagStack(this, tier);
  }
}

const IDS: FunctionOf<string> = { provision: 'Provision', 'smoke-test': 'SmokeTest' };
const DESCRIPTIONS: FunctionOf<string> = { provision: 'Provisions the databases of', 'smoke-test': 'Proves' };

/** The first placements as provisioning takes them: it writes those that don't stand yet, and leaves the others. */
function seedsOf(tier: TierDefinition): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...firstPlacements(tier)].map(([store, placement]) => [store, encodePlacement(placement)]),
  );
}
