/**
 * What a stranger writes into the task that the generator has made. It no longer names a count but estimates which share
 * of the picture's places has dots: a head of one score, with the squared error as its loss and R² as its metric.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const name = 'dot-share';

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

const files = { 'loss.ts': loss, 'metrics.ts': metrics, 'shares.ts': shares, [`${name}.test.ts`]: tests };

/** Texts of the template, and what takes their place. */
const changes: Readonly<Record<string, readonly (readonly [before: string, after: string])[]>> = {
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

/** Changes head, loss and metric of the generated task in `folder`. Throws where the template has another text. */
export function writeDotShare(folder: string): void {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, 'src', file), text);
  for (const [file, replacements] of Object.entries(changes))
    edit(join(folder, file), (text) =>
      replacements.reduce((now, [before, after]) => replaced(now, before, after, file), text),
    );
  // A score has no classes.
  edit(join(folder, `src/${name}-provider.ts`), (text) => {
    const [start, end] = [text.indexOf('/** Class names:'), text.indexOf('async function openSplits')];
    if (start < 0 || end < start) throw new Error('the provider has no class names to take out');
    return text.slice(0, start) + text.slice(end);
  });
}

function edit(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

function replaced(text: string, before: string, after: string, file: string): string {
  if (text.split(before).length !== 2) throw new Error(`${file} does not have once: ${before}`);
  return text.replace(before, () => after);
}
