/** What `mdpd export` writes, in the two programs that people run it with: ONNX Runtime and Transformers.js. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { AutoModelForImageClassification, env, pipeline, Tensor } from '@huggingface/transformers';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Batch } from '@mdpd/core';
import { uploadRecord } from '@mdpd/distill/engine/state';
import { runModel } from '@mdpd/distill/forward';
import { startExecutor } from '@mdpd/tensor/start-executor';
import { openModel } from '../model-folder.ts';
import { loadPlugins } from '../plugins.ts';
import { expectFailure } from '../testing/expect-failure.ts';
import { createWorkspace, type Finished, type Workspace } from '../testing/workspace.ts';

const images = 1000;
const classes = 10;
/** Of logits, or of the largest where that is above 1. */
const tolerance = 1e-3;

const recipe = `task: vtab
data: { train: 'mnist:train[:500]', test: 'mnist:test[:${images}]' }
backbone: zoo:tiny-vit
method: norm
train: { steps: 40, batchSize: 50, learningRate: { norm: 0.03 } }
`;

let workspace: Workspace;
let exported: Finished;
let batch: Batch;
/** Logits of the saved model, [images, classes]. */
let expected: Float32Array;
let labels: Int32Array;

beforeAll(async () => {
  workspace = createWorkspace();
  workspace.write('recipe.yaml', recipe);
  const trained = await workspace.mdpd('train', 'recipe.yaml', '--out', 'run');
  expect(trained.exitCode, trained.stderr).toBe(0);
  exported = await workspace.mdpd('export', 'run', '--onnx', '--int8', '--json');
  expect(exported.exitCode, exported.stderr).toBe(0);
  await computeExpected();
}, 240_000);
afterAll(() => workspace.remove());

/** The model's own answers to the test images, without anything of the export. */
async function computeExpected(): Promise<void> {
  const folder = workspace.path('run/model');
  const { registry } = await loadPlugins();
  const { opened, head, labels: names, parameters } = await openModel(folder, folder, registry);
  const provider = registry.tasks.get('vtab');
  const split = `mnist:test[:${images}]`;
  const task = await provider.open({
    data: provider.dataSchema.parse({ train: split, test: split }),
    labels: names,
    backbone: { family: 'vit', config: opened.backbone.config, folder },
    inputs: opened.backbone.inputs,
    backboneFiles: opened.files,
    sources: registry.sources.values,
    textSources: registry.textSources.values,
    directory: workspace.root,
    splits: ['test'],
    warn: () => {},
  });
  const all = Array.from({ length: images }, (_, index) => index);
  batch = await task.splits.test!.load(all, { augment: false, seed: 0, epoch: 0 });
  labels = batch.target['label']!.data as Int32Array;
  const { executor } = await startExecutor('onnxruntime', registry.executors.values, () => {});
  const run = executor.prepare('logits', runModel.bind(undefined, opened.backbone, head));
  const logits = await run(uploadRecord(executor, parameters), uploadRecord(executor, batch.input));
  expected = (await executor.read(logits)).data as Float32Array;
  await executor.stop();
}

/** Class with the largest logit, for every image. */
const best = (logits: Float32Array): number[] =>
  Array.from({ length: images }, (_, row) => {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(Math.max(...own));
  });

/** Accuracy in percent. */
const accuracy = (logits: Float32Array): number =>
  (100 * best(logits).filter((label, row) => label === labels[row]).length) / images;

function largestDifference(logits: Float32Array): number {
  expect(logits).toHaveLength(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  return Math.max(...logits.map((value, index) => Math.abs(value - expected[index]!))) / scale;
}

const pixels = (): { data: Float32Array; shape: number[] } => {
  const { data, shape } = batch.input['pixel_values']!;
  return { data: data as Float32Array, shape: [...shape] };
};

it('writes the files where Transformers.js looks for them, and says how they compare', () => {
  expect(readdirSync(workspace.path('run/model/onnx')).sort()).toEqual([
    'model.onnx',
    'model_quantized.onnx',
  ]);
  const { files } = JSON.parse(exported.stdout) as { files: { sameTop: number }[] };
  expect(files.every(({ sameTop }) => sameTop > 0.97)).toBe(true);
  expect(readFileSync(workspace.path('run/model/README.md'), 'utf8')).toContain('onnx/model.onnx');
});

it('learned something that can be lost', () => {
  expect(accuracy(expected)).toBeGreaterThan(80);
});

describe('model.onnx', () => {
  it('computes the same in ONNX Runtime, for any number of images', async () => {
    const session = await ort.InferenceSession.create(workspace.path('run/model/onnx/model.onnx'));
    const { data, shape } = pixels();
    const { logits } = await session.run({ pixel_values: new ort.Tensor('float32', data, shape) });
    expect(largestDifference(logits!.data as Float32Array)).toBeLessThan(tolerance);
    expect(best(logits!.data as Float32Array).slice(0, 200)).toEqual(best(expected).slice(0, 200));
    const size = data.length / images;
    const single = new ort.Tensor('float32', data.slice(3 * size, 4 * size), [1, ...shape.slice(1)]);
    const one = await session.run({ pixel_values: single });
    expect([...(one['logits']!.data as Float32Array)].map((value) => value.toFixed(3))).toEqual(
      [...expected.subarray(3 * classes, 4 * classes)].map((value) => value.toFixed(3)),
    );
    await session.release();
  });
});

describe('model_quantized.onnx', () => {
  it('has the accuracy of the model within one point, in a third of the size', async () => {
    const file = workspace.path('run/model/onnx/model_quantized.onnx');
    const session = await ort.InferenceSession.create(file);
    const { data, shape } = pixels();
    const { logits } = await session.run({ pixel_values: new ort.Tensor('float32', data, shape) });
    expect(Math.abs(accuracy(logits!.data as Float32Array) - accuracy(expected))).toBeLessThanOrEqual(1);
    await session.release();
    const whole = readFileSync(workspace.path('run/model/onnx/model.onnx')).byteLength;
    expect(readFileSync(file).byteLength / whole).toBeLessThan(0.4);
  });
});

describe('Transformers.js', () => {
  beforeAll(() => {
    env.allowRemoteModels = false;
    env.localModelPath = workspace.path('run');
  });

  it.each([
    ['fp32', tolerance],
    ['q8', undefined],
  ] as const)('runs the model as %s', async (dtype, allowed) => {
    const model = await AutoModelForImageClassification.from_pretrained('model', { dtype });
    const { data, shape } = pixels();
    const { logits } = (await model({ pixel_values: new Tensor('float32', data, shape) })) as {
      logits: Tensor;
    };
    const found = logits.data as Float32Array;
    if (allowed === undefined) expect(Math.abs(accuracy(found) - accuracy(expected))).toBeLessThanOrEqual(1);
    else {
      expect(largestDifference(found)).toBeLessThan(allowed);
      expect(best(found).slice(0, 200)).toEqual(best(expected).slice(0, 200));
    }
    await model.dispose();
  });

  it('sees in image files what mdpd predict sees', async () => {
    const { data, shape } = pixels();
    const size = data.length / images;
    const files: string[] = [];
    for (let index = 0; index < 5; index++) {
      const own = data.subarray(index * size, (index + 1) * size);
      const [low, high] = [Math.min(...own), Math.max(...own)];
      const grey = Uint8Array.from(own, (value) => Math.round((255 * (value - low)) / (high - low)));
      const file = workspace.path(`digit-${index}.png`);
      const raw = { width: shape[3]!, height: shape[2]!, channels: 1 as const };
      await sharp(grey, { raw }).png().toFile(file);
      files.push(file);
    }
    const classify = await pipeline('image-classification', 'model', { dtype: 'fp32' });
    const predicted = await workspace.mdpd('predict', 'run', '--json', ...files);
    const ours = JSON.parse(predicted.stdout) as { value: string; probability: number }[];
    for (const [index, file] of files.entries()) {
      const [top] = (await classify(file)) as { label: string; score: number }[];
      expect(top!.label, file).toBe(ours[index]!.value);
      expect(top!.score).toBeCloseTo(ours[index]!.probability, 3);
    }
    await classify.dispose();
  });
});

it('refuses what it cannot export', async () => {
  const finished = await workspace.mdpd('export', 'nowhere');
  expect(expectFailure(workspace, finished, 2)).toMatch(/^error /u);
  expect(existsSync(workspace.path('nowhere'))).toBe(false);
});
