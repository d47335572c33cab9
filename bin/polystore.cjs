#!/usr/bin/env node
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');

// A clone runs its TypeScript; the published package has only the compiled files.
const isClone = existsSync(join(__dirname, 'polystore.ts'));
if (isClone) require('tsx/cjs');
void require(isClone ? './polystore.ts' : '../dist/bin/polystore.js').runCommandLine(process.argv.slice(2));
