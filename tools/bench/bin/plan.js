/** Predicted beside measured: see src/plan-main.ts. */
import { register } from 'node:module';

register('../../../packages/cli/bin/source-loader.js', import.meta.url);
const { main } = await import('../src/plan-main.ts');
process.exitCode = await main(process.argv.slice(2));
