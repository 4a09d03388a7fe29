/** The process that opens a large data set. */
import './sources.js';

const { measure } = await import('../src/scale/measure.ts');
process.stdout.write(`${JSON.stringify(await measure(JSON.parse(process.argv[2])))}\n`);
