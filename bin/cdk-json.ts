import { readFileSync } from 'node:fs';
import { isSystemError } from '../lib/sources';

/** The context by which CDK is told another qualifier than its own. */
const QUALIFIER_KEY = '@aws-cdk/core:bootstrapQualifier';

/**
 * The qualifier that a cdk.json has for every stack that names none; nothing where it names none, or there is no such file.
 * @throws {SyntaxError} where the file is no JSON: `cdk` would stop at it too
 */
export function bootstrapQualifierOf(file: string): { readonly bootstrapQualifier?: string } {
  try {
    const { context = {} } = JSON.parse(readFileSync(file, 'utf8')) as { context?: Readonly<Record<string, unknown>> };
    const qualifier = context[QUALIFIER_KEY];
    return typeof qualifier === 'string' ? { bootstrapQualifier: qualifier } : {};
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return {};
    throw error;
  }
}
