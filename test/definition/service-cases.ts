import { existing, importedMain } from './estate-cases';
import { minimalTier, withMain } from './minimal-tier';
import type { RuleCase } from './rule-case';

const role = 'arn:aws:iam::111122223333:role/web';
const group = 'sg-0a1b2c3d4e5f60718';
const allowed = "ARN of an IAM role or of an account's root such as 'arn:aws:iam::111122223333:role/web'";
const web = (parts: object, store = 'main') => ({ web: { uses: { [store]: 'read' }, ...parts } });
const webTier = (parts: object, others: Readonly<Record<string, unknown>> = {}) =>
  minimalTier({ services: web(parts), ...others });
const iam = { principal: role, authentication: { kind: 'iam' } };

/** What can be wrong with how services run and log in. */
export const serviceCases: readonly RuleCase[] = [
  {
    rule: 'override-of-known-service',
    breaks: 'a stage that changes a service that is not there',
    input: webTier({}, { stages: { dev: { profile: 'disposable', services: { wbe: { principal: role } } } } }),
    path: 'stages.dev.services.wbe',
    message: 'no service "wbe", did you mean "web"?',
  },
  ...['web', '*', 'arn:aws:iam::1111:role/web', 'arn:aws:iam::111122223333:role/*', 'lambda.amazonaws.com'].map(
    (principal) => ({
      rule: 'principal-arn',
      breaks: `the principal "${principal}"`,
      input: webTier({ principal }),
      path: 'services.web.principal',
      message: `got "${principal}", allowed: ${allowed}`,
    }),
  ),
  {
    rule: 'principal-arn',
    breaks: 'a secret as one of several principals, in a stage',
    input: webTier(
      {},
      {
        stages: {
          dev: { profile: 'disposable', services: { web: { principal: [role, 'arn:aws:secretsmanager:::secret:s'] } } },
        },
      },
    ),
    path: 'stages.dev.services.web.principal.1',
    message: `got "arn:aws:secretsmanager:::secret:s", allowed: ${allowed}`,
  },
  {
    rule: 'principal-arn',
    breaks: 'a session as principal',
    input: webTier({ principal: 'arn:aws:sts::111122223333:assumed-role/web/1' }),
    path: 'services.web.principal',
    message: 'got "arn:aws:sts::111122223333:assumed-role/w…", a session: name the role that it is of',
  },
  {
    rule: 'principal-arn',
    breaks: 'a user as principal',
    input: webTier({ principal: 'arn:aws:iam::111122223333:user/web' }),
    path: 'services.web.principal',
    message: 'got "arn:aws:iam::111122223333:user/web", a user, whose keys never end: name a role',
  },
  {
    rule: 'principals-differ',
    breaks: 'a principal twice',
    input: webTier({ principal: [role, role] }),
    path: 'services.web.principal.1',
    message: `${role} is listed twice`,
  },
  {
    rule: 'iam-has-principal',
    breaks: 'IAM without a principal',
    input: webTier({ authentication: { kind: 'iam' } }),
    path: 'services.web.authentication',
    message:
      'got iam(), but nobody could ask for a token: name the role that the service runs as in services.web.principal',
  },
  {
    rule: 'iam-on-own-servers',
    breaks: 'IAM on a database that is imported',
    input: withMain(
      { origin: importedMain() },
      {
        stages: { dev: { profile: 'disposable', zones: ['eu-west-1a', 'eu-west-1b'], network: existing() } },
        services: web(iam),
      },
    ),
    path: 'services.web.authentication',
    message:
      'got iam(), but main is imported: whether its servers take tokens is decided by who owns them; use password()',
  },
  {
    rule: 'client-of-one-service',
    breaks: 'two services with one group',
    input: minimalTier({
      services: Object.fromEntries(
        ['web', 'jobs'].map((name) => [
          name,
          { uses: { main: 'read' }, client: { kind: 'existingGroup', groupId: group } },
        ]),
      ),
    }),
    path: 'services.jobs.client.groupId',
    message: `${group} is the group of service web too, so that each could reach what the other uses: give this service its own`,
  },
];

/** Definitions that come close to breaking one of the rules. */
export const servicesAccepted: Readonly<Record<string, unknown>> = {
  'a role below a path, of another account and partition': webTier({
    principal: ['arn:aws-us-gov:iam::444455556666:role/team/web/blue+1', 'arn:aws:iam::444455556666:root'],
  }),
  'IAM in one stage, whose principal the service names': webTier(
    { principal: role },
    {
      stages: {
        dev: { profile: 'disposable' },
        prod: {
          profile: 'protected',
          zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
          services: { web: { authentication: { kind: 'iam' } } },
        },
      },
    },
  ),
  'IAM on a store with proxies': withMain({ pooling: { kind: 'rdsProxy' } }, { services: web(iam) }),
  'one group for one service in each stage': minimalTier({
    stages: {
      dev: { profile: 'disposable', services: { web: { client: { kind: 'existingGroup', groupId: group } } } },
      prod: {
        profile: 'protected',
        zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
        services: { jobs: { client: { kind: 'existingGroup', groupId: group } } },
      },
    },
    services: { web: { uses: {} }, jobs: { uses: {} } },
  }),
};
