import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import fc from 'fast-check';
import { ConsumerRole, statementsOn } from '../../constructs';
import { plainApp } from '../support/plain-app';
import { policySizes } from '../support/policy-sizes';
import type { TemplateJson } from '../support/synthesized-tier';

const PRINCIPALS = ['arn:aws:iam::111122223333:root'];

function roleOf(statements: (stack: Stack) => readonly iam.PolicyStatement[]): TemplateJson {
  const app = plainApp();
  const stack = new Stack(app, 'roles', { env: { account: '111122223333', region: 'ap-southeast-1' } });
  new ConsumerRole(stack, 'Role', { description: 'of a test', principals: PRINCIPALS, statements: statements(stack) });
  return app.synth().getStackByName('roles').template as TemplateJson;
}

/** As long as a name of a table or an index may be. */
const tables = fc.array(
  fc
    .tuple(fc.integer({ min: 3, max: 255 }), fc.integer({ min: 3, max: 255 }))
    .map(
      ([table, index]) =>
        `arn:aws:dynamodb:ap-southeast-1:111122223333:table/${'t'.repeat(table)}/index/${'i'.repeat(index)}`,
    ),
  { maxLength: 120 },
);

const namedIn = (template: TemplateJson): string[] =>
  Object.values(template.Resources).flatMap(({ Properties }) => {
    const { Statement = [] } = (Properties['PolicyDocument'] ?? {}) as {
      readonly Statement?: readonly { readonly Resource: string | readonly string[] }[];
    };
    return Statement.flatMap(({ Resource }) => Resource);
  });

test('rights on many resources fit the policies of a role whatever their names, and none is lost', () => {
  fc.assert(
    fc.property(tables, (resources) => {
      const template = roleOf(() => [
        ...statementsOn({ sid: 'Read', actions: ['dynamodb:GetItem', 'dynamodb:Query'], resources }),
        ...statementsOn({ sid: 'Write', actions: ['dynamodb:PutItem'], resources: resources.slice(0, 40) }),
      ]);
      expect(new Set(namedIn(template))).toEqual(new Set(resources));
      for (const { role, inline, managed } of policySizes({ roles: template })) {
        expect([role, inline <= 10_240, managed.filter((size) => size > 6_144)]).toEqual([role, true, []]);
      }
    }),
    { numRuns: 15 },
  );
});

test('a secret is taken to have the longest name that CloudFormation gives one', () => {
  const template = roleOf((stack) => {
    const secrets = Array.from({ length: 60 }, (_, index) => new secretsmanager.Secret(stack, `Secret${index}`));
    return statementsOn({
      actions: ['secretsmanager:GetSecretValue'],
      resources: secrets.map(({ secretArn }) => secretArn),
    });
  });
  const [{ inline, managed } = { inline: 0, managed: [] }] = policySizes({ roles: template });
  expect(inline).toBeLessThanOrEqual(10_240);
  expect(managed.length).toBeGreaterThan(0);
  expect(Math.max(...managed)).toBeLessThanOrEqual(6_144);
});

test('what no role can hold is refused, saying how many policies it would take', () => {
  const resources = Array.from({ length: 250 }, (_, index) => `arn:aws:s3:::${'b'.repeat(300)}${index}`);
  expect(() => roleOf(() => statementsOn({ actions: ['s3:GetObject'], resources }))).toThrow(
    expect.objectContaining({
      code: 'PROPERTY_INVALID',
      message: 'roles/Role: what it may do takes 12 managed policies, AWS attaches 10 to a role',
    }),
  );
});
