// @ts-check
/** Sums up profiles of ONNX Runtime: milliseconds by operator and by shape of the result, of the last run of each. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** @typedef {{ name: string, cat: string, ts: number, dur: number, args: { op_name: string, output_type_shape: Record<string, number[]>[] } }} Event */

const shown = { operators: 12, shapes: 4 };

const given = process.argv[2];
if (!given) {
  console.error('usage: node tools/scripts/profile.js <beginning of the files>');
  process.exit(2);
}

/** @param {string} file */
function lastRun(file) {
  const events = /** @type {Event[]} */ (JSON.parse(readFileSync(file, 'utf8')));
  const run = events.filter(({ name }) => name === 'model_run').at(-1);
  if (!run) return undefined;
  const nodes = events.filter(
    ({ cat, name, ts }) =>
      cat === 'Node' && name.endsWith('_kernel_time') && ts >= run.ts && ts <= run.ts + run.dur,
  );
  return { milliseconds: run.dur / 1000, nodes };
}

/**
 * @param {Event[]} events
 * @param {(event: Event) => string} keyOf
 */
function sums(events, keyOf) {
  /** @type {Map<string, { milliseconds: number, count: number }>} */
  const found = new Map();
  for (const event of events) {
    const sum = found.get(keyOf(event)) ?? { milliseconds: 0, count: 0 };
    found.set(keyOf(event), {
      milliseconds: sum.milliseconds + event.dur / 1000,
      count: sum.count + 1,
    });
  }
  return [...found].sort(([, a], [, b]) => b.milliseconds - a.milliseconds);
}

/** @param {string} label @param {{ milliseconds: number, count: number }} sum */
const line = (label, { milliseconds, count }) =>
  `${label.padEnd(44)} ${milliseconds.toFixed(1).padStart(9)} ms ${String(count).padStart(6)}`;

const folder = path.dirname(given);
const files = readdirSync(folder)
  .filter((name) => name.startsWith(path.basename(given)) && name.endsWith('.json'))
  .sort();
if (files.length === 0) {
  console.error(`no file begins with ${given}`);
  process.exit(1);
}
for (const file of files) {
  const run = lastRun(path.join(folder, file));
  if (!run) continue;
  console.log(`${file}: ${run.nodes.length} nodes in ${run.milliseconds.toFixed(1)} ms`);
  for (const [operator, sum] of sums(run.nodes, ({ args }) => args.op_name).slice(0, shown.operators)) {
    console.log(line(`  ${operator}`, sum));
    const own = run.nodes.filter(({ args }) => args.op_name === operator);
    const shapes = sums(own, ({ args }) => JSON.stringify(Object.values(args.output_type_shape[0] ?? {})[0]));
    for (const [shape, each] of shapes.slice(0, shown.shapes)) console.log(line(`      ${shape}`, each));
  }
}
