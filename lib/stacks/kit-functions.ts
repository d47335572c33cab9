import type { TierDefinition } from '../definition';
import type { LambdaName } from './lambda-code';
import { stackName } from './names';

/** Something of each of the kit's functions. */
export type FunctionOf<T> = Readonly<Record<LambdaName, T>>;

/** Makes one thing for each of the kit's functions. */
export function eachFunction<T>(make: (name: LambdaName) => T): FunctionOf<T> {
  return { provision: make('provision'), 'smoke-test': make('smoke-test') };
}

/** `blog-prod-smoke-test`: fixed, so that whoever asks for a proof finds the function without a look at any stack. */
export const functionName = (tier: TierDefinition, name: LambdaName): string => stackName(tier, name);
