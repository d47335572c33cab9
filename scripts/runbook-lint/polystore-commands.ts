import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { wordsOf } from './aws-commands';

const POLYSTORE = resolve(__dirname, '../../bin/polystore.cjs');
const helps = new Map<string, string>();

/** What `--help` of a command prints, asked once. A command of commands, as `placement split`, is named with both words. */
function helpOf(command: string): string {
  const known = helps.get(command);
  if (known !== undefined) return known;
  const { stdout, status } = spawnSync(process.execPath, [POLYSTORE, ...command.split(' '), '--help'], {
    encoding: 'utf8',
  });
  const help = status === 0 ? stdout : '';
  helps.set(command, help);
  return help;
}

/** Of a word that is no command, commander prints the help of the whole. */
const isCommand = (command: string): boolean => helpOf(command).startsWith(`Usage: polystore ${command} `);

const hasCommands = (command: string): boolean => /^Usage: polystore \S+ .*\[command\]$/m.test(helpOf(command));

/** Faults of a `npx polystore` line: a command or an option that there is not. */
export function faultsOfPolystoreCommand(line: string): readonly string[] {
  const [, , first = '', ...rest] = wordsOf(line);
  if (!isCommand(first)) return [`npx polystore ${first}: no such command`];
  const command = hasCommands(first) ? `${first} ${rest[0] ?? ''}` : first;
  if (!isCommand(command)) return [`npx polystore ${command}: no such command`];
  const help = helpOf(command);
  return rest
    .filter((arg) => arg.startsWith('--'))
    .filter((option) => !new RegExp(`(^|[\\s,])${option}\\b`, 'm').test(help))
    .map((option) => `npx polystore ${command}: no option ${option}`);
}
