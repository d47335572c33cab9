import { PolystoreError } from '../lib/errors';
import { decodePlacement } from '../lib/placement';
import { provisionTier, type ProvisionReport } from '../lib/provision';
import { placementsOf, RdsTokens, sourcesFromEnvironment } from '../lib/sources';
import { answerTo, isStep, telling, type DeploymentStep, type StepAnswer } from './step/deployment-step';
import { patienceMs } from './step/patience';
import { outOfTime, type FunctionContext } from './step/remaining-time';

export interface ProvisionEvent {
  /** The first placement of each sharded store, by store, as `encodePlacement` writes it. One that stands already is left as it is. @default - none */
  readonly seeds?: Readonly<Record<string, string>>;
}

/**
 * Seeds the placements that don't stand yet and provisions every database of the tier that the environment names. There is nothing to undo where
 * a deployment deletes the step: the databases outlive it.
 */
export async function handler(
  request: ProvisionEvent | DeploymentStep<ProvisionEvent> = {},
  context?: FunctionContext,
): Promise<ProvisionReport | StepAnswer> {
  if (!isStep(request)) return telling(() => provision(request, context));
  if (request.RequestType === 'Delete') return answerTo(request, NAME);
  const { databases } = await telling(() => provision(request.ResourceProperties, context));
  return answerTo(request, NAME, { Databases: databases.length });
}

const NAME = 'provision';

async function provision(
  { seeds = {} }: ProvisionEvent,
  context: FunctionContext | undefined,
): Promise<ProvisionReport> {
  const report = await inTime(provisionAll(seeds), outOfTime(context));
  process.stdout.write(`${JSON.stringify({ report })}\n`);
  return report;
}

async function provisionAll(seeds: Readonly<Record<string, string>>): Promise<ProvisionReport> {
  const { topology: source, secrets } = sourcesFromEnvironment(process.env);
  const topology = await source.read();
  const placementOf = placementsOf(topology);
  for (const [store, text] of Object.entries(seeds)) {
    await placementOf(store).seed(decodePlacement(text, `the seed of store ${store}`));
  }
  const timeoutMs = patienceMs(process.env);
  return provisionTier({ topology, secrets, placementOf, tokens: new RdsTokens(), ...(timeoutMs && { timeoutMs }) });
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
