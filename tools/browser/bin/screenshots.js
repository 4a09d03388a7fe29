/** `npm run screenshots`: see src/screenshots.ts. */
import { register } from 'node:module';

register('../../../packages/cli/bin/source-loader.js', import.meta.url);
const { main } = await import('../src/screenshots.ts');
process.exitCode = await main(process.argv.slice(2));
