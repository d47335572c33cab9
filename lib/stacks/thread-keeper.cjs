'use strict';
/**
 * The keeper of answering-thread.ts: starts the thread, passes questions and answers on, and says when it has ended. Whoever waits for an answer is woken by a
 * count in shared memory.
 */
const { Worker, workerData: given } = require('node:worker_threads');

const { file, workerData, port, said } = given;
const thread = new Worker(file, { workerData, execArgv: [] });
let cause;

port.on('message', (question) => thread.postMessage(question));
thread.on('message', (answer) => say({ answer }));
thread.on('error', (error) => (cause = error.code ?? error.message));
thread.on('exit', (status) => say({ ended: cause ?? `it exited with ${status}` }));

function say(message) {
  port.postMessage(message);
  Atomics.add(said, 0, 1);
  Atomics.notify(said, 0);
}
