import { decodePlacement } from '../lib/placement';
import { provisionTier, type ProvisionReport } from '../lib/provision';
import { placementsOf, sourcesFromEnvironment } from '../lib/sources';

export interface ProvisionEvent {
  /** The first placement of each sharded store, by store, as `encodePlacement` writes it. One that stands already is left as it is. @default - none */
  readonly seeds?: Readonly<Record<string, string>>;
}

/** What a deployment sends: the event is in the properties of a custom resource. */
export interface ProvisionStep {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceProperties: ProvisionEvent;
}

/**
 * Seeds the placements that don't stand yet and provisions every database of the tier that the environment names. There is nothing to undo where
 * a deployment deletes the step: the databases outlive it.
 */
export async function handler(event: ProvisionEvent | ProvisionStep = {}): Promise<ProvisionReport | undefined> {
  if ('RequestType' in event && event.RequestType === 'Delete') return undefined;
  const { seeds = {} } = 'RequestType' in event ? event.ResourceProperties : event;
  const { topology: source, secrets } = sourcesFromEnvironment(process.env);
  const topology = await source.read();
  const placementOf = placementsOf(topology);
  for (const [store, text] of Object.entries(seeds)) {
    await placementOf(store).seed(decodePlacement(text, `the seed of store ${store}`));
  }
  const report = await provisionTier({ topology, secrets, placementOf });
  process.stdout.write(`${JSON.stringify({ report })}\n`);
  return report;
}
