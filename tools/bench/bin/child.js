/** The process that measures one row on one of our executors: src/child.ts. */
import { register } from 'node:module';
import { setFlagsFromString } from 'node:v8';

register('../../../packages/cli/bin/source-loader.js', import.meta.url);
// As in packages/cli/bin/mdpd.js.
setFlagsFromString('--semi-space-growth-factor=1');
const { child } = await import('../src/child.ts');
await child();
