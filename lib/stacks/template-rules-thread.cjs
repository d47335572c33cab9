'use strict';
/**
 * The thread of template-rules.ts: makes the engine of CloudFormation's rules at once, then answers each message by a report on the templates that it
 * names, or by nothing where that fails. Plain JavaScript, so that nothing has to be compiled before it starts.
 */
const { parentPort, workerData } = require('node:worker_threads');
const { withRoomForEngine } = require('./engine-memory.cjs');

let plugin;
try {
  const { CloudFormationValidatePlugin } = require('aws-cdk-lib');
  plugin = new CloudFormationValidatePlugin();
  // Whoever is asked for its version loads it.
  withRoomForEngine(() => plugin.version);
  // Not of its interface: a CDK that has it no more makes the engine with the first template.
  plugin.initializeEngine?.(workerData.resourceTypes);
} catch {
  // Whoever asks does the work, and meets the same fault where it is told.
}

parentPort.on('message', (stackTemplates) => parentPort.postMessage(answerTo(stackTemplates)));

function answerTo(stackTemplates) {
  try {
    const templatePaths = stackTemplates.map(({ templatePath }) => templatePath);
    return { report: plugin.validate({ templatePaths, stackTemplates }), version: plugin.version };
  } catch {
    return {};
  }
}
