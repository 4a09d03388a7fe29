/** `npm run fuzz`: see src/options.ts. */
import './sources.js';

const { main } = await import('../src/main.ts');
process.exitCode = await main(process.argv.slice(2));
