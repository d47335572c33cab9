import { createRequire } from 'node:module';
import { wordsOf } from './aws-commands';

// By its whole name: without one, the launcher beside it is found.
const { helpOfCommand } = createRequire(__filename)('../../bin/polystore.ts') as typeof import('../../bin/polystore');

/** Faults of a `npx polystore` line: a command or an option that there is not. */
export function faultsOfPolystoreCommand(line: string): readonly string[] {
  const [, , first = '', ...rest] = wordsOf(line);
  const whole = helpOfCommand([first]);
  if (whole === undefined) return [`npx polystore ${first}: no such command`];
  // A command of commands, as `placement split`, is named with both words.
  const words = /^Usage: .*\[command\]$/m.test(whole) ? [first, rest[0] ?? ''] : [first];
  const help = helpOfCommand(words);
  const command = words.join(' ');
  if (help === undefined) return [`npx polystore ${command}: no such command`];
  return rest
    .filter((arg) => arg.startsWith('--'))
    .filter((option) => !new RegExp(`(^|[\\s,])${option}\\b`, 'm').test(help))
    .map((option) => `npx polystore ${command}: no option ${option}`);
}
