import { spawn } from 'node:child_process';

/** What a call of a handler came to, in a process of its own. */
export interface HandlerCall {
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
  /** Lines that the handler logged, parsed from JSON. */
  readonly log: readonly Record<string, unknown>[];
}

const CALLER = `
  const [file, event, context] = process.argv.slice(1);
  const { handler } = require(file);
  const remainingMs = JSON.parse(context);
  handler(JSON.parse(event), { getRemainingTimeInMillis: () => remainingMs }).then(
    (result) => process.send({ result }),
    ({ name, message }) => process.send({ error: { name, message } }),
  ).then(() => process.disconnect());
`;

/** Calls a bundled handler as the Lambda runtime does, with only `env` in its environment. */
export async function callHandler(
  path: string,
  event: unknown,
  env: Readonly<Record<string, string>>,
  remainingMs = 60_000,
): Promise<HandlerCall> {
  const child = spawn(process.execPath, ['-e', CALLER, path, JSON.stringify(event), JSON.stringify(remainingMs)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let output = '';
  let answer: Pick<HandlerCall, 'result' | 'error'> | undefined;
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.on('message', (message) => (answer = message as typeof answer));
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  if (!answer) throw new Error(`the handler ended without an answer; it logged: ${output}`);
  const lines = output.split('\n').filter((line) => line !== '');
  return { ...answer, log: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}
