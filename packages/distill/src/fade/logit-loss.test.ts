import * as tf from '@tensorflow/tfjs-core';
import type { OptimizationSettings } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { absoluteDifference } from '@mdpd/testing/differences';
import { softmax64 } from '@mdpd/testing/reference';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { tinyTask } from '@mdpd/testing/fixtures/tiny-task';
import { beforeAll, describe, expect, it } from 'vitest';
import { labelGate, labelLoss, logitLoss, type FadeLoss } from './logit-loss.ts';

const task = tinyTask(tinyBackbone());
const optimization = { labelSmoothing: 0.1 } as OptimizationSettings;
const labels = [0, 1, 2, 2];
/** The student is right about 0 and 1; the side network is surer of 0, unsure of 1, right about 2, wrong about 3. */
const student = [
  [1.5, -0.5, 0.2],
  [-1, 3, 0],
  [2, 0.5, -1],
  [0, 0.3, 0.1],
];
const side = [
  [4, -1, 0],
  [0.2, 0.4, 0.1],
  [-1, 0, 3],
  [2, 1, -3],
];

const crossEntropy64 = (logits: readonly number[], label: number): number => {
  const share = softmax64(logits);
  const target = share.map((_, c) => (c === label ? 0.9 : 0) + 0.1 / 3);
  return -target.reduce((sum, value, c) => sum + value * Math.log(share[c]!), 0);
};

const kl64 = (from: readonly number[], to: readonly number[], t: number): number => {
  const [p, q] = [from, to].map((logits) => softmax64(logits.map((value) => value / t)));
  return t * t * p!.reduce((sum, value, c) => sum + value * Math.log(value / q![c]!), 0);
};

const half = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((value, c) => (value + b[c]!) / 2);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

interface Settings {
  readonly alpha: number;
  readonly temperature: number;
  readonly gate: 'label' | 'none';
  readonly teacher: 'side' | 'average';
}

/** Loss, its parts and the gradient of the student's logits, all by the formula; the gate is a constant. */
function reference(
  { alpha, temperature, gate, teacher: kind }: Settings,
  logits = student,
  constants = student,
) {
  const teacher = constants.map((own, b) => (kind === 'side' ? side[b]! : half(side[b]!, own)));
  const task64 = logits.map((row, b) => crossEntropy64(row, labels[b]!));
  const distilled = logits.map((row, b) => kl64(teacher[b]!, row, temperature));
  const open = constants.map((row, b) =>
    gate === 'none' || crossEntropy64(teacher[b]!, labels[b]!) < crossEntropy64(row, labels[b]!) ? 1 : 0,
  );
  const loss = mean(
    task64.map((value, b) => (1 - alpha * open[b]!) * value + alpha * open[b]! * distilled[b]!),
  );
  return { loss, taskLoss: mean(task64), distillLoss: mean(distilled), gateShare: mean(open) };
}

function numericGradient(settings: Settings): number[] {
  const step = 1e-5;
  const moved = (b: number, c: number, by: number): number[][] =>
    student.map((row, i) => row.map((value, j) => (i === b && j === c ? value + by : value)));
  return student.flatMap((row, b) =>
    row.map(
      (_, c) =>
        (reference(settings, moved(b, c, step)).loss - reference(settings, moved(b, c, -step)).loss) /
        (2 * step),
    ),
  );
}

function evaluate(make: () => FadeLoss): { loss: number; parts: Record<string, number>; gradient: number[] } {
  const parts: Record<string, number> = {};
  const { value, grad } = tf.valueAndGrad((logits: tf.Tensor) => {
    const { loss, aux } = make()(logits);
    for (const [name, tensor] of Object.entries(aux))
      if (tensor.size === 1) parts[name] = tensor.dataSync()[0]!;
    expect(aux['logits']).toBe(logits);
    return loss;
  })(tf.tensor2d(student));
  return { loss: value.dataSync()[0]!, parts, gradient: Array.from(grad.dataSync()) };
}

const step = (): Parameters<typeof logitLoss>[1] => ({
  input: {},
  target: { label: tf.tensor1d(labels, 'int32') },
  extra: {},
  noise: {},
  scalars: {},
});

beforeAll(() => useBackend('cpu'));

describe('logitLoss', () => {
  it.each<Settings>([
    { alpha: 0.5, temperature: 2, gate: 'label', teacher: 'side' },
    { alpha: 0.5, temperature: 2, gate: 'none', teacher: 'side' },
    { alpha: 0.3, temperature: 1, gate: 'label', teacher: 'average' },
    { alpha: 0.8, temperature: 4, gate: 'none', teacher: 'average' },
    { alpha: 0, temperature: 2, gate: 'label', teacher: 'side' },
    { alpha: 1, temperature: 2, gate: 'none', teacher: 'side' },
  ])('equals the formula, with its gradient: %j', (settings) => {
    const { loss, parts, gradient } = evaluate(() =>
      logitLoss({ task, optimization }, step(), tf.tensor2d(side), settings),
    );
    const expected = reference(settings);
    expect(loss).toBeCloseTo(expected.loss, 5);
    expect(parts['taskLoss']).toBeCloseTo(expected.taskLoss, 5);
    expect(parts['distillLoss']).toBeCloseTo(expected.distillLoss, 5);
    expect(parts['gateShare']).toBe(expected.gateShare);
    expect(absoluteDifference(gradient, numericGradient(settings))).toBeLessThan(1e-5);
  });

  it('opens the gate for the two examples whose label the side network fits better', () => {
    const settings: Settings = { alpha: 0.5, temperature: 2, gate: 'label', teacher: 'side' };
    expect(reference(settings).gateShare).toBe(0.5);
    const gated = evaluate(() => logitLoss({ task, optimization }, step(), tf.tensor2d(side), settings));
    const label = evaluate(() => labelLoss({ task, optimization }, step()));
    const row = (gradient: number[], b: number): number[] => gradient.slice(3 * b, 3 * b + 3);
    // Where the gate is shut, examples 1 and 3, the example counts as in label-only training.
    for (const b of [1, 3])
      expect(absoluteDifference(row(gated.gradient, b), row(label.gradient, b))).toBeLessThan(1e-7);
    for (const b of [0, 2])
      expect(absoluteDifference(row(gated.gradient, b), row(label.gradient, b))).toBeGreaterThan(1e-3);
  });

  it('with alpha 0 is the label loss', () => {
    const settings: Settings = { alpha: 0, temperature: 2, gate: 'none', teacher: 'side' };
    const none = evaluate(() => logitLoss({ task, optimization }, step(), tf.tensor2d(side), settings));
    const label = evaluate(() => labelLoss({ task, optimization }, step()));
    expect(none.loss).toBeCloseTo(label.loss, 6);
    expect(absoluteDifference(none.gradient, label.gradient)).toBeLessThan(1e-7);
  });

  it('gives the side logits no gradient', () => {
    const settings: Settings = { alpha: 0.5, temperature: 2, gate: 'label', teacher: 'average' };
    const gradientOfSide = (): tf.Tensor =>
      tf.grad((given: tf.Tensor) =>
        tf.add(
          logitLoss({ task, optimization }, step(), given, settings)(tf.tensor2d(student)).loss,
          tf.sum(given),
        ),
      )(tf.tensor2d(side));
    expect(Array.from(gradientOfSide().dataSync())).toEqual(new Array(12).fill(1));
  });
});

it('labelLoss is the mean of the task loss with the recipe’s label smoothing', () => {
  const { loss, parts } = evaluate(() => labelLoss({ task, optimization }, step()));
  expect(loss).toBeCloseTo(mean(student.map((row, b) => crossEntropy64(row, labels[b]!))), 6);
  expect(parts['taskLoss']).toBe(loss);
});

it('labelGate is 1 only where the teacher is strictly better', () => {
  expect(Array.from(labelGate(tf.tensor1d([1, 2, 3]), tf.tensor1d([2, 2, 2])).dataSync())).toEqual([1, 0, 0]);
});
