import { lambda } from '../../lib/definition';
import { existing, importedMain } from './estate-cases';
import { minimalTier, withMain, withPosts } from './minimal-tier';
import type { RuleCase } from './rule-case';

const uses = (store: string, connections?: object, access = 'write') => ({
  uses: { [store]: access },
  ...(connections && { connections }),
});
const web = (store: string, connections?: object) => ({ services: { web: uses(store, connections) } });
const PROTECTED = { stages: { prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } } };
const pooling = (parts: object) => ({ kind: 'rdsProxy', ...parts });
const OWN = 'the kit, PostgreSQL and AWS themselves = 18';
const FEWER =
  'let its services have fewer processes or a smaller poolMax (services.*.connections, which a stage may change)';
const PROXY = 'or put pooling: rdsProxy() before it';
const away = { dev: { profile: 'disposable', zones: ['eu-west-1a', 'eu-west-1b'], network: existing() } };

/** What services ask of servers that can't hold it. */
export const capacityCases: readonly RuleCase[] = [
  {
    rule: 'connections-fit',
    breaks: 'more services than a person wants to read',
    input: withMain(
      { class: 't4g.micro' },
      {
        services: {
          web: uses('main', { processes: 9 }),
          ...Object.fromEntries(
            Array.from({ length: 9 }, (_, index) => [`job${index}`, uses('main', { poolMax: index + 1 })]),
          ),
        },
      },
    ),
    path: 'stores.main.class',
    message: `in stage dev, the primary (t4g.micro) has max_connections 95, but 153 are asked for, 58 too many: web 9 × pool of 10 = 90, job2 1 × pool of 3 = 3, job3 1 × pool of 4 = 4, job4 1 × pool of 5 = 5, job5 1 × pool of 6 = 6, job6 1 × pool of 7 = 7, job7 1 × pool of 8 = 8, job8 1 × pool of 9 = 9, 2 other services = 3, ${OWN}; take a larger class, as t4g.small with 191, or ${FEWER}, ${PROXY}`,
  },
  {
    rule: 'connections-fit',
    breaks: 'one connection more than the class holds',
    input: withMain({}, web('main', { processes: 78, poolMax: 1 })),
    path: 'stores.main',
    message: `in stage dev, the primary (t4g.micro) has max_connections 95, but 96 are asked for, 1 too many: web 78 × pool of 1 = 78, ${OWN}; take a larger class, as t4g.small with 191, or set maxConnections to 96, which leaves each connection less memory, or ${FEWER}, ${PROXY}`,
  },
  {
    rule: 'connections-fit',
    breaks: 'services that fit one by one, with the monitors that replicas need',
    input: withMain(
      { replicas: 1, class: 't4g.micro' },
      {
        services: {
          web: uses('main', { processes: 5 }),
          jobs: uses('main', { processes: 4, poolMax: 4 }, 'read'),
          other: { uses: {} },
          quiet: uses('main'),
        },
      },
    ),
    path: 'stores.main.class',
    message: `in stage dev, the primary and each replica (t4g.micro) has max_connections 95, but 104 are asked for, 9 too many: web 5 × (pool of 10 + 1 monitor) = 55, jobs 4 × (pool of 4 + 1 monitor) = 20, quiet 1 × (pool of 10 + 1 monitor) = 11, ${OWN}; take a larger class, as t4g.small with 191, or set maxConnections to 104, which leaves each connection less memory, or ${FEWER}, ${PROXY}`,
  },
  {
    rule: 'connections-fit',
    breaks: 'more executions of a Lambda function than a shard holds, in the stage that has them',
    input: withPosts(
      { class: 'r8g.large', maxConnections: 1000 },
      {
        stages: {
          prod: {
            profile: 'protected',
            zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
            services: { resize: { connections: lambda({ concurrency: 1000, poolMax: 1 }) } },
          },
        },
        services: { resize: uses('posts') },
      },
    ),
    path: 'stores.posts.maxConnections',
    message: `in stage prod, each server of a shard (r8g.large) has max_connections 1,000, but 2,018 are asked for, 1,018 too many: resize 1000 × (pool of 1 + 1 monitor) = 2,000, ${OWN}; take a larger class, as r8g.xlarge with 3,064, and leave maxConnections out, or ${FEWER}, ${PROXY}`,
  },
  {
    rule: 'connections-fit',
    breaks: 'a figure that was set below what the class is given',
    input: withMain({ maxConnections: 30 }, web('main', { processes: 2 })),
    path: 'stores.main.maxConnections',
    message: `in stage dev, the primary (t4g.micro) has max_connections 30, but 38 are asked for, 8 too many: web 2 × pool of 10 = 20, ${OWN}; set maxConnections to 38 or more, t4g.micro is given 95 by default, or ${FEWER}, ${PROXY}`,
  },
  {
    rule: 'connections-fit',
    breaks: 'more than the smallest of several classes holds',
    input: withMain(
      { class: 'r8g.large', replicas: { r1: { class: 't4g.micro' } } },
      web('main', { processes: 8, poolMax: 10 }),
    ),
    path: 'stores.main.class',
    message: `in stage dev, the primary and each replica (t4g.micro) has max_connections 95, but 106 are asked for, 11 too many: web 8 × (pool of 10 + 1 monitor) = 88, ${OWN}; take a larger class, as t4g.small with 191, or set maxConnections to 106, which leaves each connection less memory, or ${FEWER}, ${PROXY}`,
  },
  {
    rule: 'connections-fit',
    breaks: 'more than a serverless shard holds',
    input: withPosts(
      { capacity: { kind: 'serverless', minAcu: 0.5, maxAcu: 1 } },
      web('posts', { processes: 18, poolMax: 10 }),
    ),
    path: 'stores.posts.capacity',
    message: `in stage dev, each shard (0.5 to 1 ACU) has max_connections 189, but 198 are asked for, 9 too many: web 18 × pool of 10 = 180, ${OWN}; raise maxAcu, or set maxConnections to 198, which leaves each connection less memory, or ${FEWER}, ${PROXY}`,
  },
  {
    rule: 'connections-fit',
    breaks: 'a proxy that leaves the kit nothing',
    input: withMain({ pooling: pooling({ maxConnectionsPercent: 100 }) }, web('main')),
    path: 'stores.main.pooling',
    message: `in stage dev, the primary (t4g.micro) has max_connections 95, but 113 are asked for, 18 too many: its proxy 100 % = 95, ${OWN}; set pooling.maxConnectionsPercent to 81 or less`,
  },
  {
    rule: 'connections-fit',
    breaks: 'readers that are read without the proxy',
    input: withPosts(
      { class: 'r8g.large', pooling: pooling({}) },
      { ...PROTECTED, ...web('posts', { processes: 200, poolMax: 10 }) },
    ),
    path: 'stores.posts.class',
    message: `in stage prod, each reader (r8g.large) has max_connections 1,532, but 2,218 are asked for, 686 too many: web 200 × (pool of 10 + 1 monitor) = 2,200, ${OWN}; take a larger class, as r8g.xlarge with 3,064, or ${FEWER}`,
  },
  {
    rule: 'connections-fit',
    breaks: 'more than the owner of an imported database allows',
    input: withMain(
      { origin: { ...importedMain(), maxConnections: 50 } },
      { stages: away, ...web('main', { processes: 4 }) },
    ),
    path: 'stores.main',
    message: `in stage dev, the primary (imported) has max_connections 50, but 58 are asked for, 8 too many: web 4 × pool of 10 = 40, ${OWN}; ${FEWER}`,
  },
];

/** The same at the edge, where it is right. */
export const capacityAccepted: Readonly<Record<string, unknown>> = {
  'services that open as many connections as the class holds': withMain({}, web('main', { processes: 77, poolMax: 1 })),
  'many processes of a service that uses no store': minimalTier({
    services: { web: { uses: {}, connections: { processes: 100_000, poolMax: 1000 } } },
  }),
  'many processes behind a proxy': withMain({ pooling: pooling({}) }, web('main', lambda({ concurrency: 5000 }))),
  'many processes whose readers are pooled, too': withPosts(
    { class: 'r8g.large', pooling: pooling({ reads: 'pooled' }) },
    { ...PROTECTED, ...web('posts', lambda({ concurrency: 5000 })) },
  ),
  'many processes on a database whose owner did not say what it holds': withMain(
    { origin: importedMain() },
    { stages: away, ...web('main', { processes: 5000 }) },
  ),
};
