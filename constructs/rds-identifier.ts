import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { PolystoreError } from '../lib/errors';

const ALLOWED = /^[a-z](?!.*--)[a-z0-9-]{0,62}(?<!-)$/;

/**
 * Checks the name of an RDS instance or cluster before AWS does, in the middle of a deployment.
 * @throws {PolystoreError} PROPERTY_INVALID
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html (DBInstanceIdentifier)
 */
export function checkRdsIdentifier(scope: Construct, identifier: string): string {
  if (Token.isUnresolved(identifier) || ALLOWED.test(identifier)) return identifier;
  throw new PolystoreError(
    'PROPERTY_INVALID',
    `${scope.node.path}: an RDS identifier has 1 to 63 lower-case letters, digits and single dashes, starts with a letter and does not end with a dash; got "${identifier}" (${identifier.length} characters)`,
    {
      details: { path: scope.node.path, property: 'identifier' },
      next: 'Shorten or change the name of the tier, the stage, the store or the server.',
    },
  );
}
