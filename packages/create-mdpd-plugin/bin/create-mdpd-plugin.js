#!/usr/bin/env node
/** Starts the command: from its sources inside the workspace, where nothing needs to be built, else from dist. */
import { existsSync } from 'node:fs';
import { register } from 'node:module';

const sources = new URL('../src/main.ts', import.meta.url);
// Published packages carry their sources too, for debuggers, but no configuration of TypeScript.
const inWorkspace = existsSync(new URL('../tsconfig.json', import.meta.url));
if (inWorkspace) register('../../cli/bin/source-loader.js', import.meta.url);

const { main } = await import(inWorkspace ? sources.href : '../dist/main.js');
process.exitCode = main(process.argv.slice(2), process.cwd(), {
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
});
