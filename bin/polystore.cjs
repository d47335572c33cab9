#!/usr/bin/env node
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');

// A clone runs its TypeScript; the published package has only the compiled files.
if (existsSync(join(__dirname, 'polystore.ts'))) {
  void require('./compiled.cjs')
    .loadProgram('polystore')
    .then((program) => program.runCommandLine(process.argv.slice(2)));
} else {
  void require('../dist/bin/polystore.js').runCommandLine(process.argv.slice(2));
}
