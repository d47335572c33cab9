import { isPolystoreError, type ErrorCode } from '../lib/errors';
import { awsRefusal } from './aws-refusal';
import { forSameTier } from './same-tier';
import type { Painter } from './terminal';
import type { TierOptions } from './tier-context';

/** Version of an error as JSON. */
const ERROR_VERSION = 1;

/** What went wrong and what to do, as a command tells it: in words, or with `--json` as one line for scripts. */
export interface ToldError {
  /** Of an error of the kit its own code; else what sort of error it is. */
  readonly code: ErrorCode | 'COMMAND_LINE_INVALID' | 'AWS_REFUSED' | 'UNEXPECTED';
  readonly message: string;
  /** For programs; what each code has is in `ErrorDetails`. Never a password or a connection string. */
  readonly details: object;
  /** What to do next, one sentence; its commands are for the same tier and stage. */
  readonly next?: string;
}

/** What is told of an error that ended a command. */
export function toldError(error: unknown, options: TierOptions): ToldError {
  if (isPolystoreError(error)) {
    const { code, message, details, next } = error;
    return { code, message, details, ...(next !== undefined && { next: forSameTier(next, options) }) };
  }
  const refusal = awsRefusal(error);
  if (refusal !== undefined) {
    const { says, next } = refusal;
    return { code: 'AWS_REFUSED', message: says, details: {}, ...(next !== undefined && { next }) };
  }
  if (!(error instanceof Error)) return { code: 'UNEXPECTED', message: String(error), details: {} };
  // Whoever reports it is asked where it came from.
  return { code: 'UNEXPECTED', message: error.message, details: { stack: error.stack ?? error.message } };
}

/** For people: never a stack trace of the kit for a fault that has a name. */
export function renderError({ code, message, details, next }: ToldError, { red }: Painter): string {
  const unexpected = 'stack' in details ? String(details.stack) : message;
  const head =
    code === 'CONFIG_INVALID'
      ? message
      : `${red('✗')} ${code === 'UNEXPECTED' ? `unexpected error: ${unexpected}` : message}`;
  return next === undefined ? `${head}\n` : `${head}\n  next: ${next}\n`;
}

/** For scripts: one line. */
export const encodeError = (error: ToldError): string => `${JSON.stringify({ version: ERROR_VERSION, ...error })}\n`;
