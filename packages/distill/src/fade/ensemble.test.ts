import * as tf from '@tensorflow/tfjs-core';
import type { HeadKind } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensemble } from './ensemble.ts';

beforeAll(() => useBackend('cpu'));

const side = [
  [2, -1, 0.5],
  [-3, 4, 60],
];
const own = [
  [1, 0, -2],
  [3, 4, 60],
];

function together(kind: HeadKind, temperature: number): number[][] {
  return tf.tidy(
    () =>
      ensemble(
        { head: { kind, outputs: 3 } },
        tf.tensor2d(side),
        tf.tensor2d(own),
        temperature,
      ).arraySync() as number[][],
  );
}

const softmax = (row: readonly number[]): number[] => {
  const shares = row.map(Math.exp);
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
};
const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
const close = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 5));
};

describe('both models as one teacher', () => {
  it.each(['classification', 'maskedLm', 'seq2seq'] as const)(
    'have the mean of both distributions: %s',
    (kind) => {
      for (const temperature of [1, 2.5]) {
        together(kind, temperature).forEach((row, index) => {
          const shares = [side, own].map((rows) => softmax(rows[index]!.map((value) => value / temperature)));
          close(
            softmax(row.map((value) => value / temperature)),
            shares[0]!.map((share, c) => (share + shares[1]![c]!) / 2),
          );
        });
      }
    },
  );

  it.each(['vqa', 'matching'] as const)(
    'have the mean of the probabilities of every output, and stay finite where both are sure: %s',
    (kind) => {
      for (const temperature of [1, 2.5]) {
        together(kind, temperature).forEach((row, index) => {
          expect(row.every(Number.isFinite)).toBe(true);
          close(
            row.map((value) => sigmoid(value / temperature)),
            row.map(
              (_, c) =>
                [side, own].reduce((sum, rows) => sum + sigmoid(rows[index]![c]! / temperature), 0) / 2,
            ),
          );
        });
      }
    },
  );

  it.each(['regression', 'box', 'embeddings'] as const)('have the mean of both outputs: %s', (kind) => {
    together(kind, 2).forEach((row, index) =>
      close(
        row,
        row.map((_, c) => (side[index]![c]! + own[index]![c]!) / 2),
      ),
    );
  });

  it('are what the task says, without a gradient', () => {
    const task = {
      head: { kind: 'vqa', outputs: 3 } as const,
      ensemble: (first: tf.Tensor, second: tf.Tensor) => tf.maximum(first, second),
    };
    const gradient = tf.grad((x) => tf.sum(ensemble(task, x, tf.tensor2d(own), 1)));
    expect(() => gradient(tf.tensor2d(side))).toThrow(/x\b/);
    const best = ensemble(task, tf.tensor2d(side), tf.tensor2d(own), 1).arraySync();
    expect(best).toEqual([
      [2, 0, 0.5],
      [3, 4, 60],
    ]);
  });
});
