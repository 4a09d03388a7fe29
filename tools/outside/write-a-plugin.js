// @ts-check
/**
 * node tools/outside/write-a-plugin.js
 *
 * Does what a stranger does, from an empty folder: starts a task plugin, changes its head and its metric, tests it, and
 * trains it with `mdpd`. The task no longer names a count but estimates which share of the picture's places has dots: a
 * head of one score, with the squared error as its loss and R² as its metric. Prints how long each part took.
 *
 * What is not published yet is linked instead of installed: the folder's node_modules are this workspace's, whose
 * packages must be built (`npm run typecheck` does).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const name = 'dot-share';
const started = Date.now();
const outside = mkdtempSync(join(tmpdir(), 'mdpd-outside-'));
const folder = join(outside, name);

const loss = `/** A loss for a score. Letters: B batch. */
import * as tf from '@tensorflow/tfjs-core';

/** Squared error of every example, [B], from scores [B, 1] and targets [B]. */
export function taskLoss(output: tf.Tensor, share: tf.Tensor): tf.Tensor {
  return tf.square(tf.sub(tf.reshape(output, [-1]), share));
}
`;

const metrics = `/** How good scores are. */
import type { MetricAccumulator } from '@mdpd/core';

/** \`r2\`: share of the variance that is explained, 0 where there is none to explain, at least −1. */
export function taskMetrics(): MetricAccumulator {
  const pairs: { readonly score: number; readonly truth: number }[] = [];
  return {
    add(output, target, rows) {
      for (let row = 0; row < rows; row++) pairs.push({ score: output[row]!, truth: target['share']!.data[row]! });
    },
    result() {
      const mean = pairs.reduce((sum, { truth }) => sum + truth, 0) / Math.max(1, pairs.length);
      const total = pairs.reduce((sum, { truth }) => sum + (truth - mean) ** 2, 0);
      const missed = pairs.reduce((sum, { score, truth }) => sum + (score - truth) ** 2, 0);
      return { r2: total === 0 ? 0 : Math.max(-1, 1 - missed / total) };
    },
  };
}
`;

const shares = `/** Labels as scores: which share of the picture's 25 places has a dot. */
import type { Dataset } from '@mdpd/core';

const places = 25;

/** The data set with \`share\` [B] in place of \`label\`. */
export function withShares(dataset: Dataset): Dataset {
  return {
    size: dataset.size,
    origin: dataset.origin,
    load: async (indices, options) => {
      const batch = await dataset.load(indices, options);
      const data = Float32Array.from(batch.target['label']!.data, (label) => (label + 1) / places);
      return { ...batch, target: { share: { data, shape: [data.length], dtype: 'float32' } } };
    },
  };
}
`;

const tests = `import { useBackend } from '@mdpd/tensor/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { taskLoss } from './loss.ts';
import { taskMetrics } from './metrics.ts';

beforeAll(() => useBackend('cpu'));

it('squares what is missed', () => {
  expect([...taskLoss(tf.tensor2d([[1], [3]]), tf.tensor1d([1, 1])).dataSync()]).toEqual([0, 4]);
});

it('explains all, half and none of the variance', () => {
  const r2 = (...scores: number[]): number => {
    const metrics = taskMetrics();
    const share = { data: Float32Array.of(0, 1), shape: [2], dtype: 'float32' } as const;
    metrics.add(Float32Array.from(scores), { share }, 2);
    return metrics.result()['r2']!;
  };
  expect([r2(0, 1), r2(0.5, 0.5), r2(0, 0.5)]).toEqual([1, 0, 0.5]);
});
`;

/** Texts of the template, each of which stands there once, and what takes their place. */
const changes = {
  [`src/${name}-task.ts`]: [
    [
      "head: { kind: 'classification', outputs: labels.length },",
      "head: { kind: 'regression', outputs: 1 },",
    ],
    ["primaryMetric: 'accuracy',", "primaryMetric: 'r2',"],
    [
      "loss: (output, target, smoothing) => taskLoss(output, target['label']!, smoothing),",
      "loss: (output, target) => taskLoss(output, target['share']!),",
    ],
    [
      'distill: distillationKl,',
      'distill: (student, teacher) => taskLoss(student, tf.reshape(stopGradient(teacher), [-1])),',
    ],
    ['metrics: () => taskMetrics(labels.length),', 'metrics: taskMetrics,'],
    [
      'decode: (output) => decodeClass(output, labels),',
      'decode: ([share]) => ({ value: share!.toFixed(3) }),',
    ],
    ["import { decodeClass } from '@mdpd/data/class-outputs';\n", ''],
    [
      "import { distillationKl } from '@mdpd/tensor/losses';\n",
      "import { stopGradient } from '@mdpd/tensor/with-gradient';\nimport * as tf from '@tensorflow/tfjs-core';\n",
    ],
  ],
  [`src/${name}-provider.ts`]: [
    [
      'splits[name] = await ImageDataset.open(examples, {',
      'const dataset = await ImageDataset.open(examples, {',
    ],
    ['      warn,\n    });', '      warn,\n    });\n    splits[name] = withShares(dataset);'],
    [
      "import { labelNames, openExamples } from './examples.ts';",
      "import { openExamples } from './examples.ts';\nimport { withShares } from './shares.ts';",
    ],
    ['import { MdpdError, type Dataset,', 'import { type Dataset,'],
    ['labels: labelsOf(context), splits', "labels: ['share'], splits"],
  ],
  'recipe.yaml': [['most: 6', 'most: 12']],
};

const seconds = (/** @type {number} */ since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** @param {string} what @param {() => void} work */
function part(what, work) {
  const since = Date.now();
  work();
  console.log(`${what.padEnd(40)} ${seconds(since)}`);
}

/** @param {string} command @param {readonly string[]} argv @param {string} cwd */
function run(command, argv, cwd) {
  const { status, stdout, stderr } = spawnSync(command, argv, { cwd, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${stdout}${stderr}\n${command} ${argv.join(' ')} ended with ${status}`);
}

/** @param {string} file @param {readonly string[][]} replacements */
function change(file, replacements) {
  let text = readFileSync(join(folder, file), 'utf8');
  for (const [before, after] of replacements) {
    if (!text.includes(before ?? '')) throw new Error(`${file} has no ${before}`);
    text = text.replace(before ?? '', () => after ?? '');
  }
  writeFileSync(join(folder, file), text);
}

try {
  part('npm create mdpd-plugin', () => {
    const bin = join(root, 'packages/create-mdpd-plugin/bin/create-mdpd-plugin.js');
    run(process.execPath, [bin, name, '--kind', 'task'], outside);
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  });
  part('another head, loss and metric', () => {
    const files = { 'loss.ts': loss, 'metrics.ts': metrics, 'shares.ts': shares, [`${name}.test.ts`]: tests };
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, 'src', file), text);
    for (const [file, replacements] of Object.entries(changes)) change(file, replacements);
  });
  part('a score has no classes', () => {
    const file = join(folder, `src/${name}-provider.ts`);
    const text = readFileSync(file, 'utf8');
    const [before, after] = [text.indexOf('/** Class names:'), text.indexOf('async function openSplits')];
    writeFileSync(file, text.slice(0, before) + text.slice(after));
  });
  part('npm test: types, conformance kit', () => run('npm', ['test'], folder));
  part('npx mdpd train', () => {
    const argv = [
      '--no-install',
      'mdpd',
      'train',
      'recipe.yaml',
      '--out',
      'runs/share',
      ...process.argv.slice(2),
    ];
    run('npx', argv, folder);
  });
  const result = JSON.parse(readFileSync(join(folder, 'runs/share/result.json'), 'utf8'));
  console.log(`R² of ${result.testExamples} test pictures: ${result.metrics.faded.r2.toFixed(3)}`);
  console.log(`from an empty folder to a trained task: ${seconds(started)}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(outside, { recursive: true, force: true });
}
