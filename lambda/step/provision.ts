import { PolystoreError } from '../../lib/errors';
import type { ProvisionReport } from '../../lib/provision/provision-report';
import { provisionTargets, type ProvisionTarget } from '../../lib/provision/provision-targets';
import { topologyFromEnvironment } from '../../lib/sources/tier-sources';
import type { KitFunction, Topology } from '../../lib/topology';
import { answerTo, isStep, telling, type DeploymentStep, type StepAnswer } from './deployment-step';
import { patienceMs } from './patience';
import { outOfTime, type FunctionContext } from './remaining-time';

/** What is known when databases are provisioned. */
export interface ProvisionContext {
  readonly topology: Topology;
  /** How long a database may take to answer, in milliseconds. @default - the room's own figure */
  readonly timeoutMs?: number;
}

type ProvisionHandler<Event> = (
  request?: Event | DeploymentStep<Event>,
  context?: FunctionContext,
) => Promise<ProvisionReport | StepAnswer>;

/**
 * A function that provisions the databases of one family of the tier that the environment names. There is nothing to undo where a deployment deletes
 * the step: the databases outlive it.
 */
export function provisioning<Event extends object>(
  name: Extract<KitFunction, `provision-${string}`>,
  targetsOf: (event: Partial<Event>, context: ProvisionContext) => Promise<readonly ProvisionTarget[]>,
): ProvisionHandler<Partial<Event>> {
  return async (request = {}, context) => {
    const provision = (event: Partial<Event>) =>
      telling(async () => {
        const report = await inTime(provisionFamily(event, targetsOf), outOfTime(context));
        process.stdout.write(`${JSON.stringify({ report })}\n`);
        return report;
      });
    if (!isStep(request)) return provision(request);
    if (request.RequestType === 'Delete') return answerTo(request, name);
    const { databases } = await provision(request.ResourceProperties);
    return answerTo(request, name, { Databases: databases.length });
  };
}

async function provisionFamily<Event>(
  event: Event,
  targetsOf: (event: Event, context: ProvisionContext) => Promise<readonly ProvisionTarget[]>,
): Promise<ProvisionReport> {
  const topology = await topologyFromEnvironment(process.env).read();
  const timeoutMs = patienceMs(process.env);
  return provisionTargets(await targetsOf(event, { topology, ...(timeoutMs && { timeoutMs }) }));
}

/** @throws {PolystoreError} PROVISION_FAILED where the time is over first */
async function inTime<T>(work: Promise<T>, end: AbortSignal | undefined): Promise<T> {
  if (end === undefined) return work;
  let stop: (() => void) | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    stop = () => reject(notInTime());
    end.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    if (stop) end.removeEventListener('abort', stop);
  }
}

const notInTime = (): PolystoreError<'PROVISION_FAILED'> =>
  new PolystoreError('PROVISION_FAILED', "provisioning did not end within the function's time", {
    details: { databases: [] },
    retryable: true,
    next: 'See which database does not answer, then deploy again: each is done whole or not at all, and those that are done stay done.',
  });
