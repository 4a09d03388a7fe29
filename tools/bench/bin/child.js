/** The process that measures one row on one of our executors: src/child.ts. */
import { register } from 'node:module';

register('../../../packages/cli/bin/source-loader.js', import.meta.url);
const { child } = await import('../src/child.ts');
await child();
