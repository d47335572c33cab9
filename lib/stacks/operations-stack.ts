import { CrossStackReferences, ReferenceStrength, Stack } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { DeploymentStep } from '../../constructs';
import type { StoreDefinition, TierDefinition } from '../definition';
import { firstPlacements } from '../definition/sharded-postgres/first-placements';
import { kitFunctionsOf, type PlannedFunction } from '../inventory';
import { encodePlacement } from '../placement';
import { familyOf, type KitFunction as KitFunctionName, type StoreFamily } from '../topology';
import type { AccessStack } from './access-stack';
import { functionRights } from './function-rights';
import { KitFunction } from './kit-function';
import { serverName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import { SmokeSchedule } from './smoke-schedule';
import { stackSettings, tagStack } from './stack-settings';
import { backupPromises, storagePromises } from './storage-promises';
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
 * What the kit does to a tier on AWS: provisions its databases and then proves them, and in a protected stage proves them by the hour from then on.
 * Each family of stores has functions and steps of its own, side by side: each runs when a template of its stores or of access has changed, and what
 * is wrong with one family neither hides nor delays what is found of another. In another region than the stage's own it proves what stands there.
 *
 * Stateless and last: nothing waits for it, and what fails here rolls back this stack and no other. It reads the others weakly.
 */
export class OperationsStack extends Stack {
  /** Those that the tier has in its region. */
  readonly functions: ReadonlyMap<KitFunctionName, lambda.IFunction>;

  constructor(scope: Construct, tier: TierDefinition, props: OperationsStackProps) {
    const settings = stackSettings(tier, ['operations'], 'provisioning and smoke test');
    super(scope, settings.stackName, settings);
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);
    const { stores, access } = props;
    for (const stack of [...stores.flatMap(({ stacks }) => stacks), access]) this.addStackDependency(stack);

    const planned = kitFunctionsOf(tier);
    const made = this.makeFunctions(tier, planned, props);
    this.functions = new Map(planned.map(({ name }) => [name, (made.get(name) as KitFunction).lambda]));
    if (PROFILE_SETTINGS[tier.stage.profile].watched) {
      new TierDashboard(this, 'Dashboard', { tier, stores });
      const proofs = planned.filter(({ task }) => task === 'smoke');
      new SmokeSchedule(this, 'Schedule', {
        functions: new Map(
          proofs.map(({ name, functionName }) => [functionName, this.functions.get(name) as lambda.IFunction]),
        ),
      });
    }
    tagStack(this, tier);
  }

  private makeFunctions(
    tier: TierDefinition,
    planned: readonly PlannedFunction[],
    { stores: all, access, network, options }: OperationsStackProps,
  ): ReadonlyMap<KitFunctionName, KitFunction> {
    const scopes = {
      provision: new Construct(this, 'Provision'),
      smoke: new Construct(this, 'Smoke'),
      rotate: new Construct(this, 'Rotate'),
    };
    const storage = storagePromises(tier, all);
    const made = new Map<KitFunctionName, KitFunction>();
    const provisionings = new Map<StoreFamily, DeploymentStep>();
    for (const each of planned) {
      const { name, task, family } = each;
      const definitions = Object.values(tier.stores).filter((store) => familyOf(store) === family);
      const stores = all.filter((store) => definitions.some((definition) => definition.name === store.name));
      const own = new KitFunction(scopes[task], family, {
        tier,
        planned: each,
        stores: definitions,
        network: network.in(this),
        securityGroup: access.operationsOn(family),
        logGroup: access.logGroupOf(name),
        rights: functionRights(each, { stack: this, tier, stores }),
        ...(task === 'smoke' && {
          environment:
            family === 'relational' ? storage : family === 'dynamodb' ? {} : backupPromises(tier, definitions),
        }),
        ...(task === 'rotate' && { environment: { POLYSTORE_SERVERS: serverName(tier) } }),
      });
      made.set(name, own);
      const templates = () => templateDigest([...stores.flatMap(({ stacks }) => stacks), access]);
      switch (task) {
        case 'provision':
          provisionings.set(
            family,
            own.addStep(task, { templates: templates(), properties: seedsOf(tier, definitions) }),
          );
          break;
        case 'smoke': {
          const properties = { onFailure: options.smoke ?? 'throw' };
          const step = own.addStep(task, { templates: templates(), properties });
          const provisioning = provisionings.get(family);
          if (provisioning) step.node.addDependency(provisioning);
          break;
        }
        case 'rotate':
          own.allowRotation();
      }
    }
    return made;
  }
}

/** The first placements as provisioning takes them: it writes those that don't stand yet, and leaves the others. */
function seedsOf(
  tier: TierDefinition,
  stores: readonly StoreDefinition[],
): { readonly seeds?: Readonly<Record<string, string>> } {
  const placements = [...firstPlacements(tier)].filter(([store]) => stores.some(({ name }) => name === store));
  if (placements.length === 0) return {};
  return { seeds: Object.fromEntries(placements.map(([store, placement]) => [store, encodePlacement(placement)])) };
}
