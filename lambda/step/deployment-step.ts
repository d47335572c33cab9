import { isPolystoreError } from '../../lib/errors';

/** What a deployment sends, by way of CDK's provider: the event is in the properties of a custom resource. */
export interface DeploymentStep<Event> {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  /** What the step was called when it was made; absent on creation. */
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Event;
}

/** What a deployment is answered. */
export interface StepAnswer {
  /** The same for as long as the step is there: CloudFormation takes another for a replacement, and deletes the old. */
  readonly PhysicalResourceId: string;
  /** For the template. CloudFormation takes 4 KB of answer. */
  readonly Data: Readonly<Record<string, string | number>>;
}

/** Answers a step that was called `name` when it was made. */
export function answerTo(
  { PhysicalResourceId }: DeploymentStep<unknown>,
  name: string,
  data: StepAnswer['Data'] = {},
): StepAnswer {
  return { PhysicalResourceId: PhysicalResourceId ?? name, Data: data };
}

/** Whether a deployment asks, and not a schedule or a person. */
export const isStep = <Event extends object>(
  request: Event | DeploymentStep<Event>,
): request is DeploymentStep<Event> => 'RequestType' in request;

/**
 * Lets an error through that says what to do next: of an error, whoever called a function gets the name and the message and nothing else.
 */
export async function telling<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isPolystoreError(error) || error.next === undefined) throw error;
    const told = new Error(`${error.message}\nnext: ${error.next}`, { cause: error });
    told.name = error.name;
    throw told;
  }
}
