import { join } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';

/** What a thread says: its answer, or that it has ended, and by what. */
export type Said<Answer> = { readonly answer: Answer } | { readonly ended: string };

/**
 * A thread that is asked without leaving the turn of the event loop: CDK takes a report from a plugin, not the promise of one.
 *
 * Who waits so hears nothing of a thread's end. A second thread, the keeper, which has nothing else to do, stands between: it passes questions and answers
 * on, and says at once when the thread has ended, by whatever cause.
 */
export class AnsweringThread<Question, Answer> {
  private readonly keeper: Worker;
  private readonly port: MessagePort;
  /** Counts what was said. */
  private readonly said = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  /**
   * Starts the thread; it ends with the process, or by {@link terminate}.
   *
   * @param file plain JavaScript, which answers each message of its parent by one; so that nothing has to be compiled before it starts
   * @param workerData what it is given at its start
   */
  constructor(file: string, workerData: unknown) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.port.unref();
    this.keeper = new Worker(join(__dirname, 'thread-keeper.cjs'), {
      workerData: { file, workerData, port: port2, said: this.said },
      transferList: [port2],
      // What loads the main thread's TypeScript is not needed there.
      execArgv: [],
    });
    this.keeper.unref();
    this.keeper.on('error', () => undefined);
  }

  /** Asks and waits, for as long as the thread lives or `patienceMs` at the most. */
  ask(question: Question, patienceMs: number): Said<Answer> {
    const heard = Atomics.load(this.said, 0);
    const before = this.hear();
    // Nothing was asked, so it can only be the end.
    if (before !== undefined) return before;
    this.port.postMessage(question);
    Atomics.wait(this.said, 0, heard, patienceMs);
    return this.hear() ?? { ended: `it said nothing for ${patienceMs / 1000} s` };
  }

  /** Ends the thread. */
  terminate(): void {
    this.port.close();
    void this.keeper.terminate();
  }

  private hear(): Said<Answer> | undefined {
    return (receiveMessageOnPort(this.port) as { readonly message: Said<Answer> } | undefined)?.message;
  }
}
