import type { TierDefinition } from '../definition';
import type { LambdaName } from './lambda-code';

/** Something of each of the kit's functions. */
export type FunctionOf<T> = Readonly<Record<LambdaName, T>>;

/** Something of each of the kit's functions that a tier has: in another region than its own there is no primary to provision. */
export type OwnFunctionOf<T> = Readonly<Pick<FunctionOf<T>, 'smoke-test'> & Partial<FunctionOf<T>>>;

/** Makes one thing for each of the kit's functions that a tier has. */
export function eachFunction<T>({ stage }: TierDefinition, make: (name: LambdaName) => T): OwnFunctionOf<T> {
  return { ...(stage.awayFrom === undefined && { provision: make('provision') }), 'smoke-test': make('smoke-test') };
}

export { functionName } from '../definition/stack-names';
