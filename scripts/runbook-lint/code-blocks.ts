import type { Runbook } from '../../lib/runbooks';

/** A fenced block of a runbook, and where it stands. */
export interface CodeBlock {
  readonly runbook: string;
  readonly section: string;
  /** `sh`, `sql`, `text`, … */
  readonly language: string;
  readonly text: string;
}

/** Every fenced block, indented ones too. */
export function codeBlocksOf({ slug, sections }: Runbook): readonly CodeBlock[] {
  return [...sections].flatMap(([section, body]) =>
    [...body.matchAll(/^( *)```([^\n]*)\n([^]*?)^ *```$/gm)].map(([, indent = '', language = '', text = '']) => ({
      runbook: slug,
      section,
      language: language.trim(),
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    })),
  );
}

/** Command lines of a block of shell: a line that ends with a backslash goes on. */
export const commandsOf = (text: string): readonly string[] =>
  text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
