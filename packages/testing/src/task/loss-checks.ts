/**
 * Checks of a task's losses.
 *
 * Letters: B batch, N tokens, C outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Batch, HostRecord, HostTensor, Task, TensorRecord } from '@mdpd/core';
import { upload } from '@mdpd/tensor/host';
import { createRandom, shuffle } from '@mdpd/tensor/random';
import { valueAndGrads } from '@mdpd/tensor/vjp';
import { ensure, type Check } from '../check.ts';
import { absoluteDifference, largest, sameBytes } from '../differences.ts';
import { ensureCompiles } from '../ensure-compiles.ts';
import { derivative } from '../finite-differences.ts';
import { uploadAll } from '../model-under-test.ts';
import { withoutReads } from '../no-reads.ts';
import { tidily } from '../tidily.ts';
import { plainly, range, readsTokens, someOutputs, type TaskSubject } from './subject.ts';

const rows = 4;
/** Outputs whose gradient is compared with finite differences: of a large vocabulary not all. */
const compared = 240;

async function labelled({ task }: TaskSubject): Promise<Batch> {
  const { train } = task.splits;
  ensure(train !== undefined, 'has no training split');
  ensure(train.size >= rows, `the training split has ${train.size} examples; give at least ${rows}`);
  return train.load(range(rows), plainly);
}

type LossOf = (output: tf.Tensor, target: Readonly<TensorRecord>) => tf.Tensor;

/** Loss of every example, [B], on the host. */
function lossesOf(lossOf: LossOf, output: HostTensor, target: HostRecord): Float32Array {
  return tidily(() => lossOf(upload(output), uploadAll(target)).dataSync().slice()) as Float32Array;
}

/** One example of a record of [B, …] tensors. */
function exampleOf(record: HostRecord, row: number): HostRecord {
  const entries = Object.entries(record).map(([name, { data, shape, dtype }]) => {
    const size = data.length / shape[0]!;
    const own = data.slice(row * size, (row + 1) * size);
    return [name, { data: own, shape: [1, ...shape.slice(1)], dtype }] as const;
  });
  return Object.fromEntries(entries);
}

function ensurePerExample(lossOf: LossOf, output: HostTensor, target: HostRecord, what: string): void {
  tidily(() => {
    const loss = lossOf(upload(output), uploadAll(target));
    ensure(
      loss.shape.join() === String(rows),
      `${what} has shape [${loss.shape.join(', ')}] instead of [${rows}]`,
    );
  });
  const losses = lossesOf(lossOf, output, target);
  ensure(losses.every(Number.isFinite), `${what} is not finite`);
  losses.forEach((loss, row) => {
    const alone = lossesOf(lossOf, exampleOf({ output }, row)['output']!, exampleOf(target, row))[0]!;
    ensure(
      Math.abs(alone - loss) <= 1e-5 * Math.max(1, Math.abs(loss)),
      `${what} of an example depends on the others`,
    );
  });
}

/** Gradients of Σ w·loss, against finite differences of single values. */
function ensureGradient(lossOf: LossOf, output: HostTensor, target: HostRecord, what: string): void {
  const weight = (row: number): number => 1 + 0.5 * row;
  const total = (losses: Float32Array): number =>
    Array.from(losses).reduce((sum, loss, row) => sum + weight(row) * loss, 0);
  const gradient = tidily(() => {
    const weights = tf.tensor1d(range(rows).map(weight));
    const given = uploadAll(target);
    const { grads } = valueAndGrads(
      ({ logits }) => ({ loss: tf.sum(tf.mul(lossOf(logits!, given), weights)) }),
      { logits: upload(output) },
    );
    return grads['logits']!.dataSync().slice() as Float32Array;
  });
  const places = [...shuffle(createRandom(5, what), output.data.length).subarray(0, compared)];
  const numeric = places.map((at) =>
    derivative((by) => {
      const moved = Float32Array.from(output.data);
      moved[at]! += by;
      return total(lossesOf(lossOf, { ...output, data: moved }, target));
    }, 0.02),
  );
  const difference = absoluteDifference(
    places.map((at) => gradient[at]!),
    numeric,
  );
  ensure(
    difference <= 0.005 * largest(numeric) + 0.001,
    `the gradient of ${what} differs from finite differences by ${difference.toPrecision(2)}`,
  );
}

async function checkLoss(subject: TaskSubject): Promise<void> {
  const { target } = await labelled(subject);
  const output = someOutputs(subject.task, rows, 'output', target);
  for (const smoothing of [undefined, 0, 0.1]) {
    const lossOf: LossOf = (logits, given) => subject.task.loss(logits, given, smoothing);
    const what = smoothing === undefined ? 'the loss' : `the loss with smoothing ${smoothing}`;
    ensurePerExample(lossOf, output, target, what);
    ensureGradient(lossOf, output, target, what);
  }
}

/** Targets, and outputs of a student and a teacher. */
async function pupils(
  subject: TaskSubject,
): Promise<Record<'student' | 'teacher', HostTensor> & { target: HostRecord }> {
  const { target } = await labelled(subject);
  const outputs = (label: string): HostTensor => someOutputs(subject.task, rows, label, target);
  return { target, student: outputs('student'), teacher: outputs('teacher') };
}

/** The teacher stands among the targets, so that single examples can be taken from both. */
const distilling =
  (task: Task, temperature: number): LossOf =>
  (student, { teacher, ...target }) =>
    task.distill(student, teacher!, temperature, target);

async function checkDistillation(subject: TaskSubject): Promise<void> {
  const { target, student, teacher } = await pupils(subject);
  const given = { ...target, teacher };
  for (const temperature of [1, 4]) {
    const what = `distillation at temperature ${temperature}`;
    const lossOf = distilling(subject.task, temperature);
    ensurePerExample(lossOf, student, given, what);
    ensureGradient(lossOf, student, given, what);
    const equal = lossesOf(lossOf, teacher, given);
    ensure(
      largest(equal) <= 1e-5,
      `${what} of equal outputs is ${largest(equal).toPrecision(2)} instead of 0`,
    );
    const apart = lossesOf(lossOf, student, given);
    ensure(
      apart.every((loss) => loss > 0),
      `${what} of different outputs is not above 0`,
    );
  }
}

/** A small step against the gradient brings the student's outputs closer. */
async function checkDirection(subject: TaskSubject): Promise<void> {
  const { target, student, teacher } = await pupils(subject);
  // Unlabelled examples have no target; outputs of tokens need one.
  const given = readsTokens(subject.task) ? { ...target, teacher } : { teacher };
  const lossOf = distilling(subject.task, 2);
  const before = lossesOf(lossOf, student, given);
  const moved = tidily(() => {
    const uploaded = uploadAll(given);
    const { grads } = valueAndGrads(({ logits }) => ({ loss: tf.sum(lossOf(logits!, uploaded)) }), {
      logits: upload(student),
    });
    return tf.sub(upload(student), tf.mul(grads['logits']!, 0.05)).dataSync().slice() as Float32Array;
  });
  const after = lossesOf(lossOf, { ...student, data: moved }, given);
  ensure(
    after.every((loss, row) => loss < before[row]!),
    'a step against the gradient of distillation does not bring an example closer to the teacher',
  );
}

async function checkTeacher(subject: TaskSubject): Promise<void> {
  const { target, student, teacher } = await pupils(subject);
  tidily(() => {
    const given = uploadAll(target);
    const { grads } = valueAndGrads(
      (pair) => ({ loss: tf.sum(subject.task.distill(pair['student']!, pair['teacher']!, 2, given)) }),
      { student: upload(student), teacher: upload(teacher) },
    );
    ensure(largest(grads['teacher']!.dataSync()) === 0, 'the teacher is differentiated');
    ensure(largest(grads['student']!.dataSync()) > 0, 'the student is not differentiated');
  });
}

async function checkPure(subject: TaskSubject): Promise<void> {
  const { task } = subject;
  const { target, student, teacher } = await pupils(subject);
  tidily(() => {
    const tensors = { ...uploadAll(target), student: upload(student), teacher: upload(teacher) };
    const before = tf.memory().numTensors;
    const run = (): tf.Tensor[] => [
      task.loss(tensors.student, tensors, 0.1),
      task.distill(tensors.student, tensors.teacher, 2, tensors),
    ];
    tf.dispose(tf.tidy(() => withoutReads(run)));
    for (const [name, host] of Object.entries({ ...target, student, teacher })) {
      const tensor = tensors[name as keyof typeof tensors]!;
      ensure(!tensor.isDisposed, `losses free ${name}, which is not their own`);
      ensure(sameBytes(tensor.dataSync() as HostTensor['data'], host.data), `losses change ${name}`);
    }
    const left = tf.memory().numTensors - before;
    ensure(left === 0, `losses leave ${left} tensors behind`);
  });
}

/** Both losses with their gradients, as a step computes them. */
async function checkCompiles(subject: TaskSubject): Promise<void> {
  const { task } = subject;
  const { target, student, teacher } = await pupils(subject);
  const losses = (given: TensorRecord): unknown =>
    valueAndGrads(
      ({ logits }) => {
        const both = [task.loss(logits!, given, 0.1), task.distill(logits!, given['teacher']!, 2, given)];
        return { loss: tf.sum(tf.addN(both)) };
      },
      { logits: given['student']! },
    );
  tidily(() =>
    ensureCompiles(losses, [uploadAll({ ...target, student, teacher })], 'a step with its losses'),
  );
}

export const lossChecks: readonly Check<TaskSubject>[] = [
  { name: 'has a loss of every example by itself, with its gradient', run: checkLoss },
  {
    name: 'has a distillation loss of every example that is 0 for equal outputs alone',
    run: checkDistillation,
  },
  { name: 'distils towards the teacher', run: checkDirection },
  { name: 'does not differentiate the teacher', run: checkTeacher },
  { name: 'has pure losses that read no values and leave nothing behind', run: checkPure },
  { name: 'has losses that can be compiled', run: checkCompiles },
];
