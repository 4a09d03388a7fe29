import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Dataset, Task } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { withGradient } from '@mdpd/tensor/with-gradient';
import { beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from './check.ts';
import { describeTask, taskChecks, type TaskSubject } from './describe-task.ts';
import { tinyBackbone } from './fixtures/tiny-backbone.ts';
import { tinyTask } from './fixtures/tiny-task.ts';

const backbone = tinyBackbone({ streams: 2 });
const task = tinyTask(backbone);
const good: TaskSubject = {
  task,
  inputs: backbone.inputs,
  augments: true,
  readable: ['test:0', 'test:7', 'test:2'],
  unreadable: [
    {
      inputs: ['test:1', 'photo.png'],
      text: 'error TINY_INPUT\n  cannot read "photo.png"\n  allowed: test:INDEX',
    },
  ],
};

describeTask('tiny', () => good);

const changed = (parts: Partial<Task>, rest: Partial<TaskSubject> = {}): TaskSubject => ({
  ...good,
  ...rest,
  task: { ...task, ...parts },
});

/** The training split with loads that are changed. */
const loading = (change: (batch: Batch, ...args: Parameters<Dataset['load']>) => Batch): TaskSubject => {
  const train = task.splits.train!;
  const load: Dataset['load'] = async (...args) => change(await train.load(...args), ...args);
  return changed({ splits: { ...task.splits, train: { ...train, load } } });
};

const shifted = (batch: Batch, by: (row: number) => number): Batch => {
  const entries = Object.entries(batch.input).map(([name, tensor]) => {
    const size = tensor.data.length / batch.size;
    return [
      name,
      { ...tensor, data: Float32Array.from(tensor.data, (v, i) => v + by(Math.floor(i / size))) },
    ];
  });
  return { ...batch, input: Object.fromEntries(entries) as Batch['input'] };
};

const metrics = (
  change: (result: Record<string, number>, rows: number) => Record<string, number>,
): Partial<Task> => ({
  metrics: () => {
    const inner = task.metrics();
    let seen = 0;
    return {
      add: (output, target, rows) => {
        seen += rows;
        inner.add(output, target, rows);
      },
      result: () => change(inner.result(), seen),
    };
  },
});

let kept: tf.Tensor | undefined;

interface Case {
  readonly check: string;
  readonly says: string;
  readonly subject: TaskSubject;
}

const broken: Record<string, Case> = {
  'a loss that is one number': {
    check: 'has a loss',
    says: 'the loss has shape [] instead of [4]',
    subject: changed({ loss: (...args) => tf.mean(task.loss(...args)) }),
  },
  'a loss that is not finite': {
    check: 'has a loss',
    says: 'the loss with smoothing 0.1 is not finite',
    subject: changed({
      loss: (output, target, smoothing) => tf.div(task.loss(output, target), smoothing === 0.1 ? 0 : 1),
    }),
  },
  'a loss that depends on the batch': {
    check: 'has a loss',
    says: 'the loss of an example depends on the others',
    subject: changed({ loss: (output, ...rest) => task.loss(tf.sub(output, tf.mean(output, 0)), ...rest) }),
  },
  'a loss with a wrong gradient': {
    check: 'has a loss',
    says: 'the gradient of the loss differs from finite differences',
    subject: changed({
      loss: (output, ...rest) =>
        task.loss(
          withGradient(
            { output },
            () => tf.clone(output),
            (dy) => ({ output: () => tf.mul(dy, 0.9) }),
          ),
          ...rest,
        ),
    }),
  },
  'a distillation that is never zero': {
    check: 'equal outputs alone',
    says: 'distillation at temperature 1 of equal outputs is 0.10 instead of 0',
    subject: changed({ distill: (...args) => tf.add(task.distill(...args), 0.1) }),
  },
  'a distillation that is always zero': {
    check: 'equal outputs alone',
    says: 'distillation at temperature 1 of different outputs is not above 0',
    subject: changed({ distill: (student) => tf.mul(tf.sum(student, 1), 0) }),
  },
  'a distillation away from the teacher': {
    check: 'distils towards',
    says: 'does not bring an example closer to the teacher',
    subject: changed({
      distill: (student, ...rest) =>
        task.distill(
          withGradient(
            { student },
            () => tf.clone(student),
            (dy) => ({ student: () => tf.neg(dy) }),
          ),
          ...rest,
        ),
    }),
  },
  'a teacher that is differentiated': {
    check: 'does not differentiate',
    says: 'the teacher is differentiated',
    subject: changed({ distill: (student, teacher) => tf.mean(tf.square(tf.sub(student, teacher)), 1) }),
  },
  'a student that is not differentiated': {
    check: 'does not differentiate',
    says: 'the student is not differentiated',
    subject: changed({ distill: (student) => tf.mul(tf.sum(student, 1), 0) }),
  },
  'a loss that reads values': {
    check: 'has pure losses',
    says: 'reads the values of a tensor',
    subject: changed({
      loss: (...args) => {
        const loss = task.loss(...args);
        loss.dataSync();
        return loss;
      },
    }),
  },
  'a loss that keeps a tensor': {
    check: 'has pure losses',
    says: 'losses leave 1 tensors behind',
    subject: changed({
      loss: (...args) => {
        kept = tf.keep(tf.scalar(1));
        return tf.mul(task.loss(...args), kept);
      },
    }),
  },
  'a loss that frees the outputs': {
    check: 'has pure losses',
    says: 'losses free student, which is not their own',
    subject: changed({
      distill: (student, ...rest) => {
        const loss = task.distill(student, ...rest);
        student.dispose();
        return loss;
      },
    }),
  },
  'metrics without the primary one': {
    check: 'has metrics in range',
    says: 'some outputs: the metrics lack the primary one, f1',
    subject: changed({ primaryMetric: 'f1' }),
  },
  percentages: {
    check: 'has metrics in range',
    says: 'outside of [−1, 1]',
    subject: changed(metrics(({ accuracy, ...rest }) => ({ accuracy: 100 * accuracy!, ...rest }))),
  },
  'metrics of the last batch': {
    check: 'has metrics in range',
    says: 'adding batch by batch changes accuracy',
    subject: changed({
      metrics: () => {
        let last = task.metrics();
        return {
          add: (...args) => {
            last = task.metrics();
            last.add(...args);
          },
          result: () => last.result(),
        };
      },
    }),
  },
  'padding that counts': {
    check: 'does not count padding',
    says: 'padding at the end of a batch changes ',
    subject: changed({
      metrics: () => {
        const inner = task.metrics();
        return {
          add: (output, target, rows) => inner.add(output, target, Math.max(rows, output.length / 3)),
          result: () => inner.result(),
        };
      },
    }),
  },
  'metrics of nothing that are no number': {
    check: 'degenerate',
    says: 'nothing added: accuracy is NaN',
    subject: changed(
      metrics(({ accuracy, ...rest }, rows) => ({ accuracy: (accuracy! * rows) / rows, ...rest })),
    ),
  },
  'metrics of nothing that are perfect': {
    check: 'degenerate',
    says: 'nothing added: accuracy is 1 instead of 0',
    subject: changed(metrics((result, rows) => (rows === 0 ? { ...result, accuracy: 1 } : result))),
  },
  'a primary metric that is smaller for better answers': {
    check: 'larger for better',
    says: 'accuracy of right answers is 0 instead of 1',
    subject: changed(metrics(({ accuracy, ...rest }) => ({ accuracy: 1 - accuracy!, ...rest }))),
  },
  'a decoder that names another class': {
    check: 'decodes',
    says: 'although the largest output is',
    subject: changed({ decode: (output) => task.decode(output.map((value) => -value)) }),
  },
  'a decoder without order': {
    check: 'decodes',
    says: 'does not name the alternatives best first',
    subject: changed({
      decode: (output) => {
        const { top, ...rest } = task.decode(output);
        return { ...rest, top: [top![0]!, top![2]!, top![1]!] };
      },
    }),
  },
  'labels that do not match the outputs': {
    check: 'has a label',
    says: 'has 2 labels for 3 outputs',
    subject: changed({ labels: ['a', 'b'] }),
  },
  'two labels of one name': {
    check: 'has a label',
    says: 'has two labels of one name',
    subject: changed({ labels: ['a', 'b', 'a'] }),
  },
  'a file outside of the folder': {
    check: 'has a label',
    says: 'saves a file ../x.json',
    subject: changed({ savedFiles: () => ({ '../x.json': {} }) }),
  },
  'inputs of another shape': {
    check: 'loads batches',
    says: 'train: left_values has shape [3, 5, 6] instead of [3, 9, 6]',
    subject: changed(
      {},
      { inputs: { ...backbone.inputs, left_values: { shape: [9, 6], dtype: 'float32' } } },
    ),
  },
  'unlabelled examples with labels': {
    check: 'loads batches',
    says: 'unlabelled has targets',
    subject: changed({ splits: { ...task.splits, unlabelled: task.splits.train } }),
  },
  'values that are not finite': {
    check: 'loads batches',
    says: 'train: left_values has values that are not finite',
    subject: loading((batch) => shifted(batch, (row) => (row === 1 ? NaN : 0))),
  },
  'examples that change': {
    check: 'loads the same',
    says: 'train: the same examples are not the same twice',
    subject: loading((batch) => shifted(batch, () => Math.random())),
  },
  'examples that depend on their batch': {
    check: 'loads the same',
    says: 'train: an example depends on the others of its batch',
    subject: loading((batch) => shifted(batch, () => batch.size)),
  },
  'examples that depend on their place': {
    check: 'loads the same',
    says: 'train: an example depends on',
    subject: loading((batch) => shifted(batch, (row) => row)),
  },
  'augmentation that forgets the epoch': {
    check: 'augments by',
    says: 'augmentation is the same for every epoch',
    subject: loading((batch, _indices, { view, seed }) =>
      shifted({ ...batch, input: {} }, () => view! + seed),
    ),
  },
  'augmentation where there should be none': {
    check: 'augments by',
    says: 'examples differ by epoch, although nothing is augmented',
    subject: changed({}, { augments: false }),
  },
  'augmentation that cannot be turned off': {
    check: 'augments by',
    says: 'without augmentation, examples depend on seed or epoch',
    subject: loading((batch, _indices, { epoch }) => shifted(batch, () => epoch)),
  },
  'inputs that cannot be encoded together': {
    check: 'encodes',
    says: 'encode: a batch of 3 says it has 1 examples',
    subject: changed({ encode: (inputs) => task.encode(inputs.slice(0, 1)) }),
  },
  'inputs that should be refused': {
    check: 'refuses',
    says: 'encodes test:1',
    subject: { ...good, unreadable: [{ inputs: ['test:1'], text: '' }] },
  },
  'another text than promised': {
    check: 'refuses',
    says: 'says of x:',
    subject: { ...good, unreadable: [{ inputs: ['x'], text: 'error TINY_INPUT' }] },
  },
};

describe('the kit finds', () => {
  beforeAll(() => useBackend('cpu'));

  it.each(Object.entries(broken))('%s', async (_name, { check: start, says, subject }) => {
    const check = taskChecks.find(({ name }) => name.includes(start))!;
    expect(await failureOf(() => check.run(subject))).toContain(says);
    kept?.dispose();
  });

  it('something with every check', () => {
    const used = new Set(
      Object.values(broken).map(({ check }) => taskChecks.find(({ name }) => name.includes(check))),
    );
    expect(taskChecks.filter((check) => !used.has(check)).map(({ name }) => name)).toEqual([]);
  });
});
