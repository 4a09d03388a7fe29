import * as tf from '@tensorflow/tfjs-core';
import type { HostRecord } from '@mdpd/core';
import { useBackend, type PortableBackend } from '@mdpd/tensor/backend';
import { hostTensor } from '@mdpd/tensor/host';
import { measurePeak } from '@mdpd/tensor/memory-meter';
import { createRandom } from '@mdpd/tensor/random';
import { valueAndGrads } from '@mdpd/tensor/vjp';
import { relativeDifference } from '@mdpd/testing/differences';
import { uploadAll } from '@mdpd/testing/model-under-test';
import { convStem64 } from '@mdpd/testing/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawTensors } from '../specs.ts';
import { convStemPlan, runConvStem, summaryWidth, type StemLimits } from './conv-stem.ts';

type Shape = [number, number, number];

const cornerByCorner: StemLimits = { level: 0, part: Infinity };
const partByPart: StemLimits = { level: 0, part: 0 };

/** Stem tensors with noise on shifts too. */
function tensors(shape: Shape): HostRecord {
  const drawn = drawTensors(convStemPlan('stem', shape), createRandom(1));
  const entries = Object.entries(drawn).map(([name, { data, shape: own }]) => {
    const random = createRandom(2, name);
    return [
      name,
      hostTensor(
        Float32Array.from(data, (value) => value + 0.1 * random.normal()),
        own,
      ),
    ] as const;
  });
  return Object.fromEntries(entries);
}

function image([height, width, channels]: Shape, label: string): number[][][] {
  const random = createRandom(3, label);
  return Array.from({ length: height }, () =>
    Array.from({ length: width }, () => Array.from({ length: channels }, () => random.normal())),
  );
}

const shapes = (shape: Shape): Record<string, string> =>
  Object.fromEntries(
    Object.entries(convStemPlan('stem', shape)).map(([name, plan]) => [name, plan.shape.join('×')]),
  );

describe('convStemPlan', () => {
  it('halves the grid until neither side is longer than eight, and sums up the rest', () => {
    expect(shapes([28, 28, 1])).toEqual({
      'stem.conv.0.weight': '16×16',
      'stem.conv.0.bias': '16',
      'stem.conv.1.weight': '32×256',
      'stem.conv.1.bias': '32',
      'stem.summary.weight': `${summaryWidth}×${7 * 7 * 32}`,
      'stem.summary.bias': String(summaryWidth),
    });
    const levels = (shape: Shape): number =>
      Object.keys(shapes(shape)).filter((name) => /conv\.\d+\.weight/.test(name)).length;
    expect(levels([224, 224, 3])).toBe(5);
    expect(levels([8, 8, 1])).toBe(1);
    expect(levels([1, 1, 1])).toBe(1);
    expect(levels([4, 17, 1])).toBe(2);
  });
});

describe.each<PortableBackend>(['cpu', 'wasm'])('runConvStem on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each<[Shape]>([[[4, 4, 1]], [[5, 7, 2]], [[20, 17, 3]], [[1, 9, 1]]])(
    'equals convolutions in float64: %j',
    (shape) => {
      const host = tensors(shape);
      const images = [image(shape, 'a'), image(shape, 'b')];
      const expected = images.flatMap((grid) => convStem64(host, 'stem', grid));
      for (const limits of [undefined, cornerByCorner, partByPart]) {
        const summary = runConvStem(uploadAll(host), 'stem', tf.tensor4d(images), limits);
        expect(summary.shape).toEqual([2, summaryWidth]);
        expect(relativeDifference(summary.dataSync(), expected)).toBeLessThan(1e-5);
      }
    },
  );

  it('has the same gradients corner by corner and part by part, and keeps less', () => {
    const shape: Shape = [40, 40, 2];
    const params = uploadAll(tensors(shape));
    const grid = tf.tensor4d(['a', 'b', 'c', 'd'].map((label) => image(shape, label)));
    const [plain, corners, parts] = [undefined, cornerByCorner, partByPart].map((limits) =>
      measurePeak(() =>
        valueAndGrads(
          (given) => ({ loss: tf.mean(tf.square(runConvStem(given, 'stem', grid, limits))) }),
          params,
        ),
      ),
    );
    for (const saving of [corners!, parts!])
      for (const [name, gradient] of Object.entries(plain!.result.grads)) {
        const difference = relativeDifference(saving.result.grads[name]!.dataSync(), gradient.dataSync());
        expect(difference, name).toBeLessThan(1e-5);
      }
    // Of the second level, the largest: 4 images of 10 × 10 windows of 16 pixels with 16 channels.
    const windows = 4 * 4 * 100 * 16 * 16;
    expect(plain!.peakBytes - corners!.peakBytes).toBeGreaterThan(windows);
    expect(corners!.peakBytes - parts!.peakBytes).toBeGreaterThan(windows / 4);
  });

  it('has a gradient for every tensor', () => {
    const shape: Shape = [18, 18, 2];
    const params = uploadAll(tensors(shape));
    const grid = tf.tensor4d([image(shape, 'a')]);
    const { grads } = tf.valueAndGrads((...given: tf.Tensor[]) => {
      const record = Object.fromEntries(Object.keys(params).map((name, i) => [name, given[i]!]));
      return tf.mean(tf.square(runConvStem(record, 'stem', grid))) as tf.Scalar;
    })(Object.values(params));
    for (const gradient of grads)
      expect(gradient.dataSync().some((value) => Math.abs(value) > 1e-6)).toBe(true);
  });
});
