import * as tf from '@tensorflow/tfjs-core';
import { useBackend, type PortableBackend } from '@mdpd/tensor/backend';
import { compareWithReference, operand, wave } from '@mdpd/tensor/compare';
import { relativeDifference } from '@mdpd/testing/differences';
import { normalize64 } from '@mdpd/testing/reference';
import { describe, expect, it } from 'vitest';
import { projectNormalized, rowStatistics, tapEpsilon } from './tap-projection.ts';

const rows = 6;
const width = 12;
const outputs = 5;
const tap = wave(rows * width, 0.7).map((value, i) => 4 * value + (i % 5) - 7);
const taps = Array.from({ length: rows }, (_, row) =>
  tap.slice(row * width, (row + 1) * width).map(Math.fround),
);

describe.each<PortableBackend>(['cpu', 'wasm'])('on %s', (backend) => {
  it('statistics are mean and reciprocal deviation of every row', async () => {
    await useBackend(backend);
    const { mean, inverse } = rowStatistics(tf.tensor2d(taps));
    expect([mean.shape, inverse.shape]).toEqual([
      [rows, 1],
      [rows, 1],
    ]);
    const means = taps.map((row) => row.reduce((sum, value) => sum + value, 0) / width);
    const inverses = taps.map((row, i) => {
      const variance = row.reduce((sum, value) => sum + (value - means[i]!) ** 2, 0) / width;
      return 1 / Math.sqrt(variance + tapEpsilon);
    });
    expect(relativeDifference(mean.dataSync(), means)).toBeLessThan(1e-6);
    expect(relativeDifference(inverse.dataSync(), inverses)).toBeLessThan(1e-6);
  });

  it('projects the normalised tap: value, gradient, and no tensor left over', async () => {
    await useBackend(backend);
    const hidden = tf.tensor2d(taps);
    const teacher = normalize64(taps, tapEpsilon);
    const reference = (weight: Float64Array): number[] =>
      teacher.flatMap((row) =>
        Array.from({ length: outputs }, (_, o) =>
          row.reduce((sum, value, i) => sum + value * weight[o * width + i]!, 0),
        ),
      );
    const { value, gradients, leaked } = compareWithReference(
      (weight) => projectNormalized(hidden, weight as tf.Tensor2D),
      reference,
      [operand([outputs, width])],
    );
    expect(value).toBeLessThan(2e-6);
    expect(gradients[0]).toBeLessThan(2e-6);
    expect(leaked).toBe(0);
  });

  it('takes statistics that are already there', async () => {
    await useBackend(backend);
    const hidden = tf.tensor2d(taps);
    const weight = tf.tensor2d(wave(outputs * width), [outputs, width]);
    const own = projectNormalized(hidden, weight).dataSync();
    expect(projectNormalized(hidden, weight, rowStatistics(hidden)).dataSync()).toEqual(own);
  });
});
