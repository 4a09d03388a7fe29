/** The process that measures one row on one of our executors: src/child.ts. */
import { register } from 'node:module';

register('../../../packages/cli/bin/source-loader.js', import.meta.url);
// As in packages/cli/bin/mdpd.js.
const { setFlagsFromString } = await import('node:v8');
setFlagsFromString('--semi-space-growth-factor=1');
const { child } = await import('../src/child.ts');
await child();
