#!/usr/bin/env node
/** Starts the command: from its sources inside the workspace, where nothing needs to be built, else from dist. */
import { existsSync } from 'node:fs';
import { register } from 'node:module';

const sources = new URL('../src/main.ts', import.meta.url);
// Published packages carry their sources too, for debuggers, but no configuration of TypeScript.
const inWorkspace = existsSync(new URL('../tsconfig.json', import.meta.url));
if (inWorkspace) register('./source-loader.js', import.meta.url);

// Loading modules makes V8's young generation grow to 32 MB, which it would keep; see packages/compile/src/javascript-heap.ts.
// Imported here, because the thread of the hooks undoes the setting when it starts, and by now it has.
const { setFlagsFromString } = await import('node:v8');
setFlagsFromString('--semi-space-growth-factor=1');

const { main } = await import(inWorkspace ? sources.href : '../dist/main.js');
process.exitCode = await main(process.argv.slice(2));
