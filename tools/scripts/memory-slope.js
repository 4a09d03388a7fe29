// @ts-check
/** How a run's resident set grew from step to step: `node tools/scripts/memory-slope.js runs/my-run [first step]`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const [folder, first = '200'] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node tools/scripts/memory-slope.js <run folder> [first step, default 200]');
  process.exit(2);
}

/** @type {{ step: number, bytes: number }[]} */
const points = readFileSync(path.join(folder, 'metrics.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
  .filter(({ type, step }) => type === 'step' && step >= Number(first))
  .map(({ step, time }) => ({ step, bytes: time.rssBytes }));
if (points.length < 2) {
  console.error(`${folder} has ${points.length} steps from step ${first} on`);
  process.exit(1);
}

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const steps = mean(points.map(({ step }) => step));
const bytes = mean(points.map((point) => point.bytes));
const covariance = mean(points.map((point) => (point.step - steps) * (point.bytes - bytes)));
const slope = covariance / mean(points.map(({ step }) => (step - steps) ** 2));
const size = (/** @type {number} */ value) => `${(value / 1e6).toFixed(1)} MB`;
console.log(
  `steps ${points[0]?.step} to ${points.at(-1)?.step}: ${size(Math.min(...points.map((p) => p.bytes)))} to ` +
    `${size(Math.max(...points.map((p) => p.bytes)))} resident, slope ${(slope / 1000).toFixed(2)} kB a step`,
);
