import { relative, resolve, sep } from 'node:path';
import type { TierSource } from './locate';

/** The folder of the kit's own code. */
const KIT = resolve(__dirname, '..');

/** Why a tier file could not be evaluated, for a person. */
export interface LoadFailure {
  /** `file:line:column` where the tier file or a file that it imports is to blame, else the file's name. */
  readonly place: string;
  /** The first line of the cause. */
  readonly reason: string;
}

/** Reads what the loader or the file threw, which may be anything at all. Gives away no stack. */
export function describeLoadFailure(source: TierSource, cause: unknown): LoadFailure {
  const { message, stack } = textsOf(cause);
  const syntax = /^(?:\w*Error: )*ParseError:\s*(.+?)\s*\n\s*(.+):(\d+):(\d+)/.exec(message);
  if (syntax !== null) {
    const [, reason = '', file = '', line = '1', column = '0'] = syntax;
    // The parser counts columns from 0.
    return { place: `${shownFile(source, file)}:${line}:${Number(column) + 1}`, reason: `does not compile: ${reason}` };
  }
  const missing = /^Cannot find (?:module|package) '([^']+)'/.exec(message)?.[1];
  const place = (missing === undefined ? undefined : placeOfText(source, missing)) ?? placeOnStack(source, stack);
  const reason = missing === undefined ? firstLine(message) : `cannot find '${missing}'`;
  return { place: place ?? source.file, reason };
}

function textsOf(cause: unknown): { readonly message: string; readonly stack: string } {
  // The file was evaluated in a context of its own, whose Error need not be ours.
  if (typeof cause === 'object' && cause !== null && 'message' in cause) {
    const stack = 'stack' in cause ? String(cause.stack) : '';
    return { message: String(cause.message), stack };
  }
  return { message: String(cause), stack: '' };
}

function firstLine(message: string): string {
  const [first = ''] = message.trim().split('\n');
  return first === '' ? 'threw without a message' : first;
}

/** Where the file names what could not be found: the loader's own place is that of its rewritten import. */
function placeOfText({ file, text }: TierSource, wanted: string): string | undefined {
  const lines = text.split('\n');
  const line = lines.findIndex((each) => each.includes(`'${wanted}'`) || each.includes(`"${wanted}"`));
  if (line === -1) return undefined;
  return `${file}:${line + 1}:${(lines[line] ?? '').indexOf(wanted)}`;
}

/** The innermost frame that is neither of a package nor of this kit: the code that the reader wrote. */
function placeOnStack(source: TierSource, stack: string): string | undefined {
  for (const frame of stack.split('\n')) {
    const [, file = '', line = '', column = ''] =
      /^\s*at (?:.*\()?(?:file:\/\/)?(\/.+|[A-Z]:\\.+):(\d+):(\d+)\)?$/.exec(frame) ?? [];
    if (file === '' || file.includes(`${sep}node_modules${sep}`) || file.startsWith(KIT + sep)) continue;
    const written =
      file === resolve(source.file) ? columnIn(source.text, Number(line), Number(column)) : Number(column);
    return `${shownFile(source, file)}:${line}:${written}`;
  }
  return undefined;
}

/** Rewriting keeps lines but may lengthen them; a column beyond the line's end means the line. */
function columnIn(text: string, line: number, column: number): number {
  const written = text.split('\n')[line - 1] ?? '';
  return column <= written.length ? column : written.length - written.trimStart().length + 1;
}

const shownFile = (source: TierSource, file: string): string =>
  file === resolve(source.file) ? source.file : relative(process.cwd(), file);
