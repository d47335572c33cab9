#!/usr/bin/env node
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');

// A clone runs its TypeScript; the published package has only the compiled files.
if (existsSync(join(__dirname, 'app.ts'))) {
  require('tsx/cjs');
  require('./app.ts');
} else {
  require('../dist/bin/app.js');
}
