import * as tf from '@tensorflow/tfjs-core';
import { useBackend, type PortableBackend } from '@mdpd/tensor/backend';
import { wave } from '@mdpd/tensor/compare';
import { measurePeak } from '@mdpd/tensor/memory-meter';
import { relativeDifference } from '@mdpd/testing/differences';
import { mean64, normalize64 } from '@mdpd/testing/reference';
import { describe, expect, it } from 'vitest';
import { directFeatureLoss, gramFeatureLoss } from './gram.ts';

interface Shape {
  readonly batch: number;
  readonly tokens: number;
  readonly width: number;
  readonly rank: number;
}

const shapes: Shape[] = [
  { batch: 1, tokens: 1, width: 2, rank: 1 },
  { batch: 3, tokens: 7, width: 24, rank: 5 },
  { batch: 4, tokens: 17, width: 96, rank: 16 },
  { batch: 2, tokens: 5, width: 8, rank: 12 },
];

/** Codes of deviation 1, a projection of deviation 1/√rank, and taps far from zero, as deep blocks have them. */
function operands({ batch, tokens, width, rank }: Shape): [tf.Tensor3D, tf.Tensor2D, tf.Tensor3D] {
  const up = wave(rank * width, 0.3).map((value) => value / Math.sqrt(rank));
  const tap = wave(batch * tokens * width, 1.1).map((value, i) => 5 * value + 3 + (i % 7));
  return [
    tf.tensor3d(wave(batch * tokens * rank), [batch, tokens, rank]),
    tf.tensor2d(up, [rank, width]),
    tf.tensor3d(tap, [batch, tokens, width]),
  ];
}

describe.each<PortableBackend>(['cpu', 'wasm'])('gramFeatureLoss on %s', (backend) => {
  it.each(shapes)(
    'equals the direct form, value and gradients: $batch×$tokens×$width, rank $rank',
    async (shape) => {
      await useBackend(backend);
      const [code, up, tap] = operands(shape);
      const both = [gramFeatureLoss, directFeatureLoss].map((loss) => {
        const { value, grads } = tf.valueAndGrads((z: tf.Tensor, u: tf.Tensor) =>
          loss(z, u as tf.Tensor2D, tap),
        )([code, up]);
        return [value, ...grads].map((tensor) => tensor.dataSync());
      });
      both[0]!.forEach((actual, i) => expect(relativeDifference(actual, both[1]![i]!)).toBeLessThan(1e-5));
      expect(both[1]!.every((values) => values.some((value) => value !== 0))).toBe(true);
    },
  );

  it('equals the definition in float64', async () => {
    await useBackend(backend);
    const shape = shapes[1]!;
    const [code, up, tap] = operands(shape);
    const [z, u, h] = [code, up, tap].map((tensor) => Array.from(tensor.dataSync()));
    const rows = shape.batch * shape.tokens;
    const row = (values: number[], index: number, width: number): number[] =>
      values.slice(index * width, (index + 1) * width);
    const taps = Array.from({ length: rows }, (_, index) => row(h!, index, shape.width));
    const squares = normalize64(taps, 1e-6).flatMap((teacher, index) =>
      teacher.map((wanted, column) => {
        const student = row(z!, index, shape.rank).reduce(
          (sum, value, k) => sum + value * u![k * shape.width + column]!,
          0,
        );
        return (student - wanted) ** 2;
      }),
    );
    const loss = gramFeatureLoss(code, up, tap).dataSync();
    expect(relativeDifference(loss, [mean64(squares)])).toBeLessThan(1e-5);
  });

  it('leaves padding out, as if it were not there: value and gradients', async () => {
    await useBackend(backend);
    const [code, up, tap] = operands(shapes[1]!);
    const mask = tf.tensor2d([1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0], [3, 7]);
    const real = [0, 1, 2, 3, 7, 8, 9, 10, 11, 12, 13, 14];
    const only = (x: tf.Tensor): tf.Tensor => {
      const rows = tf.reshape(x, [21, -1]);
      return tf.expandDims(tf.gather(rows, real), 0);
    };
    const run = (loss: (z: tf.Tensor, u: tf.Tensor) => tf.Scalar) => {
      const { value, grads } = tf.valueAndGrads(loss)([code, up]);
      return [value, ...grads].map((tensor) => tensor.dataSync());
    };
    const expected = run((z, u) => gramFeatureLoss(only(z), u as tf.Tensor2D, only(tap)));
    for (const loss of [gramFeatureLoss, directFeatureLoss]) {
      run((z, u) => loss(z, u as tf.Tensor2D, tap, mask)).forEach((actual, i) =>
        expect(relativeDifference(actual, expected[i]!)).toBeLessThan(1e-5),
      );
    }
    expect(gramFeatureLoss(code, up, tap, tf.zeros([3, 7])).dataSync()[0]).toBe(0);
  });

  it('is zero where the projected code is the normalised tap, and counts constant taps as zero', async () => {
    await useBackend(backend);
    const tap = tf.tensor3d([1, -1, 3, 1], [1, 2, 2]);
    const identity = tf.tensor2d([1, 0, 0, 1], [2, 2]);
    const code = tf.tensor3d([1, -1, 1, -1], [1, 2, 2]);
    expect(gramFeatureLoss(code, identity, tap).dataSync()[0]).toBeCloseTo(0, 5);
    const constant = tf.fill([1, 2, 2], 4);
    expect(gramFeatureLoss(code, identity, constant).dataSync()[0]).toBeCloseTo(1, 5);
  });

  it('gives the tap no gradient', async () => {
    await useBackend(backend);
    const [code, up, tap] = operands(shapes[1]!);
    const { grads } = tf.valueAndGrads((z: tf.Tensor) => gramFeatureLoss(z, up, tap))([code]);
    expect(grads).toHaveLength(1);
  });

  it('keeps nothing of the width of the backbone for its backward pass', async () => {
    await useBackend(backend);
    const shape = { batch: 8, tokens: 32, width: 256, rank: 4 };
    const [code, up, tap] = operands(shape);
    const kept = (loss: typeof gramFeatureLoss): number => {
      let bytes = 0;
      tf.valueAndGrads((z: tf.Tensor, u: tf.Tensor) => {
        const { result, addedBytes } = measurePeak(() => loss(z, u as tf.Tensor2D, tap));
        bytes = addedBytes;
        return result;
      })([code, up]);
      return bytes;
    };
    const wide = 4 * shape.batch * shape.tokens * shape.width;
    // The direct form keeps the normalised tap, the projected code and their difference.
    expect(kept(directFeatureLoss)).toBeGreaterThan(3 * wide);
    expect(kept(gramFeatureLoss)).toBeLessThan(0.1 * wide);
  });
});
