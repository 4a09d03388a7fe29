/** The process in which readers read. */
import './sources.js';

const { child } = await import('../src/child.ts');
await child(process.argv[2]);
