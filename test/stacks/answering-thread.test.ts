import { join } from 'node:path';
import { AnsweringThread } from '../../lib/stacks/answering-thread';

/** An answer takes milliseconds; who waits in vain waits for so long. */
const PATIENCE_MS = 30_000;
const OBEDIENT = join(__dirname, 'threads/obedient.cjs');

let thread: AnsweringThread<string, string>;
beforeEach(() => (thread = new AnsweringThread(OBEDIENT, undefined)));
afterEach(() => thread.terminate());

/** Asks, and expects to hear of it at once. */
function askAtOnce(question: string): ReturnType<typeof thread.ask> {
  const began = performance.now();
  const said = thread.ask(question, PATIENCE_MS);
  expect(performance.now() - began).toBeLessThan(PATIENCE_MS / 2);
  return said;
}

describe('a thread that is asked', () => {
  it('answers one question after the other', () => {
    expect(askAtOnce('answer')).toEqual({ answer: 'here' });
    expect(askAtOnce('answer')).toEqual({ answer: 'here' });
  });

  it.each([
    ['by an error', 'throw', 'of its own fault'],
    ['by leaving', 'exit', 'it exited with 3'],
  ])('is known at once to have ended, %s', (_how, way, why) => {
    expect(askAtOnce(way)).toEqual({ ended: why });
  });

  it('is known to have ended before it is asked', () => {
    const gone = new AnsweringThread<string, string>(join(__dirname, 'threads/nowhere.cjs'), undefined);
    expect(gone.ask('answer', PATIENCE_MS)).toEqual({ ended: expect.stringMatching(/MODULE_NOT_FOUND|nowhere\.cjs/) });
    gone.terminate();
  });

  it('is waited for no longer than one has patience', () => {
    expect(thread.ask('silence', 200)).toEqual({ ended: 'it said nothing for 0.2 s' });
  });
});
