import * as tf from '@tensorflow/tfjs-core';
import type { OptimizationSettings, StepInput, Task } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { absoluteDifference } from '@mdpd/testing/differences';
import { mean64, softmax64 } from '@mdpd/testing/reference';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { tinyModel } from '@mdpd/testing/fixtures/tiny-models';
import { tinyTask } from '@mdpd/testing/fixtures/tiny-task';
import { beforeAll, describe, expect, it } from 'vitest';
import { labelGate, labelLoss, logitLoss, type FadeLoss } from './logit-loss.ts';

const task = tinyTask(tinyBackbone());
const optimization = { labelSmoothing: 0.1 } as OptimizationSettings;
const labels = [0, 1, 2, 2];
/**
 * Four labelled examples. The student is right about 0 and 1; the side network is surer of 0, unsure of 1, right about
 * 2, wrong about 3. Then three unlabelled ones, of which the side network is sure, unsure, and sure of another class.
 */
const students = [
  [1.5, -0.5, 0.2],
  [-1, 3, 0],
  [2, 0.5, -1],
  [0, 0.3, 0.1],
  [0.2, 0.1, 0.4],
  [1, 0, -1],
  [-2, 0.3, 0.9],
];
const sides = [
  [4, -1, 0],
  [0.2, 0.4, 0.1],
  [-1, 0, 3],
  [2, 1, -3],
  [5, 0, 0],
  [0.3, 0.2, 0.1],
  [0, 4, 0],
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

/** Logits whose soft-max at temperature t is the mean of both distributions. */
const averaged = (a: readonly number[], b: readonly number[], t: number): number[] => {
  const [p, q] = [a, b].map((logits) => softmax64(logits.map((value) => value / t)));
  return p!.map((value, c) => t * Math.log((value + q![c]!) / 2));
};

interface Settings {
  readonly alpha: number;
  readonly temperature: number;
  readonly gate: 'label' | 'none';
  readonly teacher: 'side' | 'average';
}

const unlabelled = { batchSize: 3, weight: 0.7, confidence: 0.8 };

/** Loss and its parts by the formula. Teacher, gate and confidence are constants: they come from `constants`. */
function reference(
  { alpha, temperature, gate, teacher: kind }: Settings,
  logits: readonly (readonly number[])[],
  constants = logits,
): Record<string, number> {
  const teacher = constants.map((own, b) =>
    kind === 'side' ? sides[b]! : averaged(sides[b]!, own, temperature),
  );
  const losses = labels.map((label, b) => crossEntropy64(logits[b]!, label));
  const distilled = logits.map((row, b) => kl64(teacher[b]!, row, temperature));
  const open = labels.map((label, b) =>
    gate === 'none' || crossEntropy64(sides[b]!, label) < crossEntropy64(constants[b]!, label) ? 1 : 0,
  );
  const mixed = losses.map((value, b) => (1 - alpha * open[b]!) * value + alpha * open[b]! * distilled[b]!);
  const parts = {
    taskLoss: mean64(losses),
    distillLoss: mean64(distilled.slice(0, 4)),
    gateShare: mean64(open),
  };
  if (logits.length === 4) return { loss: mean64(mixed), ...parts };
  const sure = sides
    .slice(4)
    .map((row) => (Math.max(...softmax64(row)) >= unlabelled.confidence ? 1 : 0) as number);
  const alone = sure.map((value, u) => value * distilled[4 + u]!);
  const loss = mean64(mixed) + (3 / 4) * unlabelled.weight * mean64(alone);
  return { loss, ...parts, sureShare: mean64(sure) };
}

function numericGradient(settings: Settings, logits: readonly (readonly number[])[]): number[] {
  const step = 1e-5;
  const lossAt = (b: number, c: number, by: number): number => {
    const moved = logits.map((row, i) => row.map((value, j) => (i === b && j === c ? value + by : value)));
    return reference(settings, moved, logits)['loss']!;
  };
  return logits.flatMap((row, b) =>
    row.map((_, c) => (lossAt(b, c, step) - lossAt(b, c, -step)) / (2 * step)),
  );
}

interface Evaluated {
  readonly values: Record<string, number>;
  readonly gradient: number[];
  /** What is reported as the logits of the labelled examples. */
  readonly logits: number[][];
}

function evaluate(make: () => FadeLoss, logits: readonly (readonly number[])[]): Evaluated {
  const values: Record<string, number> = {};
  let reported: number[][] = [];
  const { value, grad } = tf.valueAndGrad((given: tf.Tensor) => {
    const { loss, aux } = make()(given);
    const { logits: own, ...parts } = aux;
    for (const [name, tensor] of Object.entries(parts)) values[name] = tensor.dataSync()[0]!;
    reported = own!.arraySync() as number[][];
    return loss;
  })(tf.tensor2d(logits as number[][]));
  values['loss'] = value.dataSync()[0]!;
  return { values, gradient: Array.from(grad.dataSync()), logits: reported };
}

const step = (): Parameters<typeof logitLoss>[1] => ({
  input: {},
  target: { label: tf.tensor1d(labels, 'int32') },
  extra: {},
  noise: {},
  scalars: {},
});

const distillation = (logit: Settings, rows = 4, from = sides.slice(0, rows)): FadeLoss =>
  logitLoss({ task, optimization }, step(), 4, tf.tensor2d(from), { logit, unlabelled });

const labelled = students.slice(0, 4);
const gated: Settings = { alpha: 0.5, temperature: 2, gate: 'label', teacher: 'side' };

beforeAll(() => useBackend('cpu'));

describe('logitLoss', () => {
  const cases: Settings[] = [
    gated,
    { alpha: 0.5, temperature: 2, gate: 'none', teacher: 'side' },
    { alpha: 0.3, temperature: 1, gate: 'label', teacher: 'average' },
    { alpha: 0.8, temperature: 4, gate: 'none', teacher: 'average' },
    { alpha: 0, temperature: 2, gate: 'label', teacher: 'side' },
    { alpha: 1, temperature: 2, gate: 'none', teacher: 'side' },
  ];

  it.each(cases)('equals the formula, with its gradient: %j', (settings) => {
    const { values, gradient, logits } = evaluate(() => distillation(settings), labelled);
    const expected = reference(settings, labelled);
    expect(Object.keys(values).sort()).toEqual(['distillLoss', 'gateShare', 'loss', 'taskLoss']);
    for (const [name, value] of Object.entries(expected)) expect(values[name]).toBeCloseTo(value, 5);
    expect(absoluteDifference(gradient, numericGradient(settings, labelled))).toBeLessThan(1e-5);
    expect(logits).toHaveLength(4);
  });

  it.each(cases)('and with unlabelled examples: %j', (settings) => {
    const { values, gradient, logits } = evaluate(() => distillation(settings, 7), students);
    const expected = reference(settings, students);
    expect(Object.keys(values).sort()).toEqual(['distillLoss', 'gateShare', 'loss', 'sureShare', 'taskLoss']);
    for (const [name, value] of Object.entries(expected)) expect(values[name]).toBeCloseTo(value, 5);
    expect(absoluteDifference(gradient, numericGradient(settings, students))).toBeLessThan(1e-5);
    // The metric of the batch is that of its labelled examples.
    expect(logits).toHaveLength(4);
  });

  it('learns from the unlabelled examples of which the teacher is sure, and from no other', () => {
    const { values, gradient } = evaluate(() => distillation(gated, 7), students);
    expect(values['sureShare']).toBeCloseTo(2 / 3, 6);
    const row = (u: number): number => Math.max(...gradient.slice(3 * u, 3 * u + 3).map(Math.abs));
    expect(row(4)).toBeGreaterThan(0.01);
    expect(row(5)).toBe(0);
    expect(row(6)).toBeGreaterThan(0.01);
  });

  it('averages scores as they are, and learns from all unlabelled examples, where there are no classes', () => {
    const scores: Task = {
      ...task,
      head: { kind: 'regression', outputs: 3 },
      distill: (student, teacher) => tf.mean(tf.square(tf.sub(student, teacher)), 1),
    };
    const settings: Settings = { ...gated, gate: 'none', teacher: 'average' };
    const { values } = evaluate(
      () =>
        logitLoss({ task: scores, optimization }, step(), 4, tf.tensor2d(sides), {
          logit: settings,
          unlabelled,
        }),
      students,
    );
    const squares = students.map((row, b) =>
      mean64(row.map((value, c) => ((value - sides[b]![c]!) / 2) ** 2)),
    );
    const losses = labels.map((label, b) => 0.5 * crossEntropy64(students[b]!, label) + 0.5 * squares[b]!);
    const alone = (3 / 4) * unlabelled.weight * mean64(squares.slice(4));
    expect(values['sureShare']).toBe(1);
    expect(values['distillLoss']).toBeCloseTo(mean64(squares.slice(0, 4)), 5);
    expect(values['loss']).toBeCloseTo(mean64(losses) + alone, 5);
  });

  it('keeps the average finite where both models are certain of the opposite', () => {
    const certain = [[200, -200, 0]];
    const { values, gradient } = evaluate(() => {
      const target = { label: tf.tensor1d([0], 'int32') };
      const settings = {
        logit: { ...gated, gate: 'none' as const, teacher: 'average' as const },
        unlabelled,
      };
      const other = tf.tensor2d([[-200, 200, 0]]);
      return logitLoss({ task, optimization }, { ...step(), target }, 1, other, settings);
    }, certain);
    expect(Object.values(values).every(Number.isFinite)).toBe(true);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });

  it('opens the gate for the two examples whose label the side network fits better', () => {
    expect(reference(gated, labelled)['gateShare']).toBe(0.5);
    const mixed = evaluate(() => distillation(gated), labelled);
    const label = evaluate(() => labelLoss({ task, optimization }, step(), 4), labelled);
    const row = (gradient: number[], b: number): number[] => gradient.slice(3 * b, 3 * b + 3);
    // Where the gate is shut, examples 1 and 3, the example counts as in label-only training.
    for (const b of [1, 3])
      expect(absoluteDifference(row(mixed.gradient, b), row(label.gradient, b))).toBeLessThan(1e-7);
    for (const b of [0, 2])
      expect(absoluteDifference(row(mixed.gradient, b), row(label.gradient, b))).toBeGreaterThan(1e-3);
  });

  it('has a gate for places unless it is told otherwise, and none for classes', () => {
    const shareOf = (place: boolean, gate: 'auto' | 'none'): number => {
      const given = { ...task, head: { ...task.head, place } };
      const settings = { logit: { ...gated, gate }, unlabelled };
      const make = () =>
        logitLoss({ task: given, optimization }, step(), 4, tf.tensor2d(sides.slice(0, 4)), settings);
      return evaluate(make, labelled).values['gateShare']!;
    };
    expect(shareOf(true, 'auto')).toBe(0.5);
    expect(shareOf(true, 'none')).toBe(1);
    expect(shareOf(false, 'auto')).toBe(1);
  });

  it('with alpha 0 is the label loss', () => {
    const none = evaluate(() => distillation({ ...gated, alpha: 0 }), labelled);
    const label = evaluate(() => labelLoss({ task, optimization }, step(), 4), labelled);
    expect(none.values['loss']).toBeCloseTo(label.values['loss']!, 6);
    expect(absoluteDifference(none.gradient, label.gradient)).toBeLessThan(1e-7);
  });

  it('gives the side logits no gradient', () => {
    const gradient = tf.grad((given: tf.Tensor) => {
      const settings = { logit: { ...gated, teacher: 'average' as const }, unlabelled };
      const lossOf = logitLoss({ task, optimization }, step(), 4, given, settings);
      return tf.add(lossOf(tf.tensor2d(students)).loss, tf.sum(given));
    })(tf.tensor2d(sides));
    expect(Array.from(gradient.dataSync())).toEqual(new Array(21).fill(1));
  });
});

it('labelLoss is the mean of the task loss of the labelled examples, with the label smoothing of the recipe', () => {
  for (const logits of [labelled, students]) {
    const { values, gradient } = evaluate(() => labelLoss({ task, optimization }, step(), 4), logits);
    expect(values['loss']).toBeCloseTo(mean64(labelled.map((row, b) => crossEntropy64(row, labels[b]!))), 6);
    expect(values['taskLoss']).toBe(values['loss']);
    expect(gradient.slice(12).every((value) => value === 0)).toBe(true);
  }
});

it('labelGate is 1 only where the teacher is strictly better', () => {
  expect(Array.from(labelGate(tf.tensor1d([1, 2, 3]), tf.tensor1d([2, 2, 2])).dataSync())).toEqual([1, 0, 0]);
});

describe('logitLoss of other outputs', () => {
  it('takes the mean of both scores as an average teacher', () => {
    const { task: score } = tinyModel('score');
    const [student, side, target] = [
      [1, 2, -1],
      [3, 0, 0.5],
      [2, 1, 0],
    ];
    const settings = { alpha: 0.25, temperature: 2, gate: 'none' as const, teacher: 'average' as const };
    const made = logitLoss(
      { task: score, optimization },
      { target: { score: tf.tensor1d(target) } } as unknown as StepInput,
      3,
      tf.tensor2d(side, [3, 1]),
      { logit: settings, unlabelled },
    );
    const { loss, aux } = made(tf.tensor2d(student, [3, 1]));
    const squares = student.map((value, b) => (value - target[b]!) ** 2);
    // To the mean it is half as far as to the teacher.
    const distilled = student.map((value, b) => ((value - side[b]!) / 2) ** 2);
    const expected = squares.map((square, b) => 0.75 * square + 0.25 * distilled[b]!);
    expect(loss.dataSync()[0]).toBeCloseTo(mean64(expected), 5);
    expect(aux['distillLoss']!.dataSync()[0]).toBeCloseTo(mean64(distilled), 5);
  });

  it.each(['side', 'average'] as const)('counts tokens that have a label, with teacher %s', (teacher) => {
    const { task: words } = tinyModel('words');
    const logits = [students.slice(0, 2), students.slice(2, 4)];
    const teachers = [sides.slice(0, 2), sides.slice(2, 4)];
    const labelOf = [
      [0, -100],
      [2, 1],
    ];
    const settings = { alpha: 0.5, temperature: 2, gate: 'label' as const, teacher };
    const made = logitLoss(
      { task: words, optimization },
      { target: { labels: tf.tensor2d(labelOf, [2, 2], 'int32') } } as unknown as StepInput,
      2,
      tf.tensor3d(teachers),
      { logit: settings, unlabelled },
    );
    const { loss, aux } = made(tf.tensor3d(logits));
    const perExample = labelOf.map((row, b) => {
      const counted = row.flatMap((label, n) => (label < 0 ? [] : [{ label, n }]));
      const [own, other] = [logits, teachers].map((all) =>
        mean64(counted.map(({ label, n }) => crossEntropy64(all[b]![n]!, label))),
      );
      const from = (n: number): number[] =>
        teacher === 'side' ? teachers[b]![n]! : averaged(teachers[b]![n]!, logits[b]![n]!, 2);
      const kl = mean64(counted.map(({ n }) => kl64(from(n), logits[b]![n]!, 2)));
      return { mixed: other! < own! ? 0.5 * own! + 0.5 * kl : own!, kl };
    });
    expect(loss.dataSync()[0]).toBeCloseTo(mean64(perExample.map(({ mixed }) => mixed)), 5);
    expect(aux['distillLoss']!.dataSync()[0]).toBeCloseTo(mean64(perExample.map(({ kl }) => kl)), 5);
    expect(aux['logits']!.shape).toEqual([2, 2, 3]);
  });
});
