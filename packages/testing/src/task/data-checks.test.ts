import type { Dataset, HostRecord } from '@mdpd/core';
import { describeFindings } from '../findings.ts';
import { dataChecks } from './data-checks.ts';
import type { TaskSubject } from './subject.ts';
import { backbone, changed, good, loading, shifted, task, textSubject } from './variants.ts';

const text = textSubject('classification');
const { train } = text.task.splits;
/** The task over texts with a training split that is changed. */
const training = (parts: Partial<Dataset>): TaskSubject => ({
  ...text,
  task: { ...text.task, splits: { ...text.task.splits, train: { ...train!, ...parts } } },
});

/** Inputs [B, N] with one more place for a word. */
const longer = (input: HostRecord): HostRecord =>
  Object.fromEntries(
    Object.entries(input).map(([name, { shape }]) => {
      const [batch, tokens] = shape as readonly [number, number];
      return [
        name,
        { data: new Int32Array(batch * (tokens + 1)), shape: [batch, tokens + 1], dtype: 'int32' },
      ];
    }),
  );

describeFindings('checks of data', dataChecks, {
  'inputs of another shape': {
    check: 'loads batches',
    says: 'train: left_values has shape [3, 5, 6] instead of [3, 9, 6]',
    subject: changed(
      {},
      { inputs: { ...backbone.inputs, left_values: { shape: [9, 6], dtype: 'float32' } } },
    ),
  },
  'texts that are longer than the backbone reads': {
    check: 'loads batches',
    says: 'train: input_ids has shape [3, 8] instead of [3, ≤4]',
    subject: {
      ...text,
      inputs: { ...text.inputs, input_ids: { shape: [4], dtype: 'int32', variable: [0] } },
    },
  },
  'padding that says something': {
    check: 'loads the same',
    says: 'train: an example depends on the others of its batch',
    subject: training({
      load: async (indices, options) => {
        const batch = await train!.load(indices, options);
        const { data, shape } = batch.input['input_ids']!;
        // Where a text ends, words of its neighbours go on.
        const words = data.map((word, at) => (word === 0 && at % shape[1]! > shape[1]! - 3 ? at : word));
        return { ...batch, input: { ...batch.input, input_ids: { data: words, shape, dtype: 'int32' } } };
      },
    }),
  },
  'a bucket of several shapes': {
    check: 'one shape',
    says: 'train: bucket 0 has both',
    subject: training({ bucket: () => 0 }),
  },
  'buckets that are no numbers': {
    check: 'one shape',
    says: 'train: example 0 is in bucket 0.5',
    subject: training({ bucket: () => 0.5 }),
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
  'targets that change with augmentation': {
    check: 'augments by',
    says: 'augmentation changes targets',
    subject: loading((batch, _indices, { augment }) => {
      const { label } = batch.target;
      const data = Int32Array.from(label!.data, (value) => (augment ? 0 : value));
      return { ...batch, target: { label: { ...label!, data } } };
    }),
  },
  'another question that is the same for every epoch': {
    check: 'augments by',
    says: 'augmentation is the same for every epoch',
    subject: {
      ...loading((batch, _indices, { augment, seed, view }) => {
        const moved = shifted({ ...batch, input: {} }, () => view! + seed);
        const { label } = batch.target;
        const data = Int32Array.from(label!.data, (value) => (augment ? 0 : value));
        return { ...moved, target: { label: { ...label!, data } } };
      }),
      asksAnew: true,
    },
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
  'no training split': {
    check: 'loads batches',
    says: 'has no training split',
    subject: changed({ splits: { test: task.splits.test! } }),
  },
  'a split of nothing': {
    check: 'loads batches',
    says: 'train has size 0',
    subject: training({ size: 0 }),
  },
  'a split from nowhere': {
    check: 'loads batches',
    says: 'train does not say where it comes from',
    subject: training({ origin: '' }),
  },
  'a split without targets': {
    check: 'loads batches',
    says: 'train has no targets',
    subject: loading((batch) => ({ ...batch, target: {} })),
  },
  'values beyond the shape': {
    check: 'loads batches',
    says: 'train: label has values beyond its shape',
    subject: loading((batch) => {
      const { label } = batch.target;
      return { ...batch, target: { label: { ...label!, data: new Int32Array(label!.data.length + 1) } } };
    }),
  },
  'targets of other examples': {
    check: 'loads batches',
    says: 'train: label has 1 examples instead of 3',
    subject: loading((batch) => ({
      ...batch,
      target: { label: { data: Int32Array.of(0), shape: [1], dtype: 'int32' } },
    })),
  },
  'too few inputs to compare': {
    check: 'encodes',
    says: 'give at least two inputs that can be read',
    subject: { ...good, readable: ['test:0'] },
  },
  'no input that is refused': {
    check: 'refuses',
    says: 'give at least one input that must be refused',
    subject: { ...good, unreadable: [] },
  },
  'inputs under other names': {
    check: 'loads batches',
    says: 'train: the inputs are values instead of left_values, right_values',
    subject: loading((batch) => ({ ...batch, input: { values: batch.input['left_values']! } })),
  },
  'inputs of another type': {
    check: 'loads batches',
    says: 'train: left_values has type int32 instead of float32',
    subject: loading((batch) => {
      const { left_values: left, ...others } = batch.input;
      const whole = { ...left!, data: Int32Array.from(left!.data), dtype: 'int32' } as const;
      return { ...batch, input: { left_values: whole, ...others } };
    }),
  },
  'a batch that is longer than its longest example': {
    check: 'one shape',
    says: 'train: a batch of several buckets has',
    subject: training({
      load: async (indices, options) => {
        const batch = await train!.load(indices, options);
        return indices.length === 1 ? batch : { ...batch, input: longer(batch.input) };
      },
    }),
  },
  'inputs that depend on what is encoded with them': {
    check: 'encodes',
    says: 'encode: an input depends on the others',
    subject: changed({
      encode: async (inputs) => shifted(await task.encode(inputs), () => inputs.length),
    }),
  },
});
