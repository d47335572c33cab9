import type { TierDefinition } from '../definition';
import type { LambdaName } from './lambda-code';

/** Something of each of the kit's functions. */
export type FunctionOf<T> = Readonly<Record<LambdaName, T>>;

/** Makes one thing for each of the kit's functions. */
export function eachFunction<T>(make: (name: LambdaName) => T): FunctionOf<T> {
  return { provision: make('provision'), 'smoke-test': make('smoke-test') };
}

/** `blog-prod-smoke-test`, without the stage's prefix: fixed, so that whoever asks for a proof finds the function without a look at any stack. */
export const functionName = (tier: TierDefinition, name: LambdaName): string =>
  `${tier.name}-${tier.stage.name}-${name}`;
