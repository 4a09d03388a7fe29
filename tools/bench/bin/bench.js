/** `npm run bench`: see src/options.ts. Runs from the sources, as the `mdpd` command does inside the workspace. */
import { register } from 'node:module';

register('../../../packages/cli/bin/source-loader.js', import.meta.url);
const { main } = await import('../src/main.ts');
process.exitCode = await main(process.argv.slice(2));
