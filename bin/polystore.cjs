#!/usr/bin/env node
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');

// A clone runs its TypeScript; the published package has only the compiled files.
if (existsSync(join(__dirname, 'polystore.ts'))) {
  require('tsx/cjs');
  require('./polystore.ts');
} else {
  require('../dist/bin/polystore.js');
}
