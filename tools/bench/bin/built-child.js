/** The process that measures a row, built: src/built-child.ts. */
// As in packages/cli/bin/mdpd.js.
const { setFlagsFromString } = await import('node:v8');
setFlagsFromString('--semi-space-growth-factor=1');
const { child } = await import('../dist/child.js');
await child();
