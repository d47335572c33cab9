import { Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Says why policies at or below a construct may name resources by a wildcard, each such resource for itself: cdk-nag wants to be told which, so that
 * another wildcard that comes later is found.
 */
export function acknowledgeWildcards(scope: Construct, resources: readonly string[], reason: string): void {
  Validations.of(scope).acknowledge(
    ...resources.map((resource) => ({
      id: `AwsSolutions-IAM5[Resource::${flat(Stack.of(scope).resolve(resource))}]`,
      reason,
    })),
  );
}

/** A resource of a policy as cdk-nag writes it: references in angle brackets. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[intrinsic, argument] = []] = Object.entries(value as Record<string, unknown>);
  if (intrinsic === 'Ref') return `<${String(argument)}>`;
  if (intrinsic === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  if (intrinsic === 'Fn::Join') return (argument as [string, unknown[]])[1].map(flat).join('');
  throw new TypeError(`no text for ${String(intrinsic)}`);
}
