'use strict';
/** Answers, or ends in the way that it is told to. */
const { parentPort } = require('node:worker_threads');

const WAYS = {
  answer: () => parentPort.postMessage('here'),
  throw: () => {
    throw new Error('of its own fault');
  },
  exit: () => process.exit(3),
  silence: () => undefined,
};
parentPort.on('message', (way) => WAYS[way]());
