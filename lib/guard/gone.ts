import { contentsOf, fateUnder, stakeIn } from './loss';
import { keptResources, nameOfKept, type KeptResource, type Sides } from './kept-resource';
import { schemaOf } from './resource-schemas';
import type { StageBaseline } from './baseline';
import type { StackIndex } from './stack-index';
import type { Verdict } from './verdict';

/** Stateful resources that their templates no longer have. One that turns up elsewhere is `moved`: CloudFormation makes it anew there, empty. */
export function findGone({ stage, before, now }: Sides, index: StackIndex): readonly Verdict[] {
  const kept = keptResources(now);
  const old = keptResources(before);
  const gone = [...old.values()].filter(({ key }) => !index.resources.has(key));
  const added = [...kept.values()].filter(({ key }) => !old.has(key));
  const successors = successorStacks(before, now);
  return gone.map((resource): Verdict => {
    const { stack, logicalId, type } = resource;
    const isStackGone = !index.stacks.has(stack);
    const successor = successorOf(resource, added, successors.get(stack));
    const place = { stage, stack, logicalId, type, resource: nameOfKept(resource) };
    const loss = { lost: contentsOf(resource), atStake: stakeIn(resource) };
    const fate = isStackGone ? LEFT_OVER : fateUnder(resource.protections['DeletionPolicy'], resource);
    if (successor !== undefined) {
      return {
        ...place,
        kind: 'moved',
        change: describeMove(resource, successor),
        ...loss,
        fate,
        next: 'Keep the old name: names of stores, shards, replicas and stages are what AWS knows the data by. To rename on purpose, put the new one beside the old and move the data first.',
      };
    }
    return {
      ...place,
      kind: 'deletion',
      change: isStackGone ? `stack ${stack} is no longer synthesized` : 'its template no longer has it',
      ...loss,
      fate,
      next: isStackGone
        ? `Put it back into the tier file, or move what it holds, accept, deploy the rest and then delete the stack: aws cloudformation delete-stack --stack-name ${stack}`
        : 'Put it back into the tier file, or move what it holds before you accept.',
    };
  });
}

const LEFT_OVER = 'its stack stays as it is, and nothing deploys it or routes to it until somebody deletes it';

/** The same thing among what is new: in the stack that took the old one’s place, by its own name, or by its place in its stack. */
function successorOf(
  gone: KeptResource,
  added: readonly KeptResource[],
  successorStack: string | undefined,
): KeptResource | undefined {
  const alike = added.filter(({ type }) => type === gone.type);
  const nameProperty = schemaOf(gone.type)?.name ?? '';
  const name = gone.createOnly[nameProperty];
  return (
    alike.find(({ stack, logicalId }) => stack === successorStack && logicalId === gone.logicalId) ??
    alike.find(({ createOnly }) => name !== undefined && createOnly[nameProperty] === name) ??
    alike.find(({ stack, path }) => stack === gone.stack && path === gone.path)
  );
}

/** Stacks that hold the same resources as one that is gone: a store, a tier or a stage under another name. By the name of the gone. */
function successorStacks(before: StageBaseline, now: StageBaseline): ReadonlyMap<string, string> {
  const inside = (stage: StageBaseline, stack: string): string =>
    JSON.stringify(Object.entries(stage[stack]?.resources ?? {}).map(([id, { type }]) => [id, type]));
  const newStacks = Object.keys(now).filter((stack) => before[stack] === undefined);
  const pairs = Object.keys(before)
    .filter((stack) => now[stack] === undefined)
    .flatMap((stack): [string, string][] => {
      const match = newStacks.find((candidate) => inside(now, candidate) === inside(before, stack));
      return match === undefined ? [] : [[stack, match]];
    });
  return new Map(pairs);
}

function describeMove(gone: KeptResource, successor: KeptResource): string {
  return gone.stack === successor.stack
    ? `logical id ${gone.logicalId} → ${successor.logicalId}`
    : `stack ${gone.stack} → ${successor.stack}`;
}
