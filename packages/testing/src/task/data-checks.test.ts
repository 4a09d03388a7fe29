import { describeFindings } from '../findings.ts';
import { dataChecks } from './data-checks.ts';
import { backbone, changed, good, loading, shifted, task } from './variants.ts';

describeFindings('checks of data', dataChecks, {
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
});
