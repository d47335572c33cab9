import { keptResources, nameOfKept, type KeptResource, type Sides } from './kept-resource';
import { weakenedProtections } from './protections';
import { isLess } from './sizes';
import type { Verdict } from './verdict';

/** Stateful resources that stay and shrink, or stay with less between them and harm; and stacks that may be deleted again. */
export function findWeaker(sides: Sides): readonly Verdict[] {
  const now = keptResources(sides.now);
  const ofResources = [...keptResources(sides.before).values()].flatMap((old): readonly Verdict[] => {
    const resource = now.get(old.key);
    if (resource === undefined) return [];
    const place = placeOf(sides.stage, resource);
    return [...shrinking(place, old, resource), ...weakened(place, old, resource)];
  });
  return [...unguardedStacks(sides), ...ofResources];
}

type Place = Pick<Verdict, 'stage' | 'stack' | 'logicalId' | 'type' | 'resource'>;

const placeOf = (stage: string, resource: KeptResource): Place => ({
  stage,
  stack: resource.stack,
  logicalId: resource.logicalId,
  type: resource.type,
  resource: nameOfKept(resource),
});

function shrinking(place: Place, old: KeptResource, resource: KeptResource): readonly Verdict[] {
  return Object.entries(old.sizes).flatMap(([property, before]): readonly Verdict[] => {
    const after = resource.sizes[property];
    if (after === undefined || !isLess(before, after)) return [];
    return [
      {
        ...place,
        kind: 'downgrade',
        change: `${property} ${before} → ${after}`,
        property,
        before,
        after,
        atStake: 'service',
        lost: 'the deployment, which is rolled back: AWS takes no storage away and no engine back',
        next: `Take the change of ${property} back. To have less, put a new store beside this one and move the data.`,
      },
    ];
  });
}

function weakened(place: Place, old: KeptResource, resource: KeptResource): readonly Verdict[] {
  return weakenedProtections(old.protections, resource.protections).map(({ name, before, after, loss }): Verdict => ({
    ...place,
    kind: 'lostProtection',
    change: `${name} ${before} → ${after}`,
    property: name,
    before,
    after,
    lost: loss,
    atStake: 'protection',
    next: takeBack(name),
  }));
}

function unguardedStacks({ stage, before, now }: Sides): readonly Verdict[] {
  return Object.entries(before).flatMap(([stack, { terminationProtection }]): readonly Verdict[] => {
    const current = now[stack];
    if (!terminationProtection || current === undefined || current.terminationProtection) return [];
    return [
      {
        kind: 'lostProtection',
        stage,
        stack,
        type: 'AWS::CloudFormation::Stack',
        resource: stack,
        change: 'TerminationProtection true → false',
        property: 'TerminationProtection',
        before: 'true',
        after: 'false',
        atStake: 'protection',
        lost: 'the lock that makes CloudFormation refuse to delete the stack',
        next: takeBack('TerminationProtection'),
      },
    ];
  });
}

const takeBack = (property: string): string =>
  `Take the change of ${property} back, or accept it with the reason why it is needed no more.`;
