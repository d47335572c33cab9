#!/usr/bin/env node
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');

// A clone runs its TypeScript; the published package has only the compiled files.
if (existsSync(join(__dirname, 'app.ts'))) {
  void require('./compiled.cjs').loadProgram('app');
} else {
  require('../dist/bin/app.js');
}
