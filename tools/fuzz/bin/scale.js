/** `npm run scale`: start-up time and memory of large data sets. */
import './sources.js';

const { scale } = await import('../src/scale.ts');
process.exitCode = await scale(process.argv.slice(2));
