import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { wordsOf } from './aws-commands';

const POLYSTORE = resolve(__dirname, '../../bin/polystore.cjs');
const helps = new Map<string, string>();

/** What `--help` of a command prints, asked once. */
function helpOf(command: string): string {
  const known = helps.get(command);
  if (known !== undefined) return known;
  const { stdout, status } = spawnSync(process.execPath, [POLYSTORE, command, '--help'], { encoding: 'utf8' });
  const help = status === 0 ? stdout : '';
  helps.set(command, help);
  return help;
}

/** Faults of a `npx polystore` line: a command or an option that there is not. */
export function faultsOfPolystoreCommand(line: string): readonly string[] {
  const [, , command = '', ...args] = wordsOf(line);
  // Of a word that is no command, commander prints the help of the whole.
  const help = helpOf(command);
  if (!help.startsWith(`Usage: polystore ${command} `)) return [`npx polystore ${command}: no such command`];
  return args
    .filter((arg) => arg.startsWith('--'))
    .filter((option) => !new RegExp(`(^|[\\s,])${option}\\b`, 'm').test(help))
    .map((option) => `npx polystore ${command}: no option ${option}`);
}
