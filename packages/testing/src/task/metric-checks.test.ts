import { describeFindings } from '../findings.ts';
import { metricChecks } from './metric-checks.ts';
import type { TaskSubject } from './subject.ts';
import { changed, metrics, task, textSubject } from './variants.ts';

const scores = textSubject('regression');
/** The task of scores, which sees changed outputs. */
const scored = (change: (output: Float32Array) => Float32Array): TaskSubject => ({
  ...scores,
  task: {
    ...scores.task,
    metrics: () => {
      const inner = scores.task.metrics();
      return { add: (output, ...rest) => inner.add(change(output), ...rest), result: () => inner.result() };
    },
  },
});

describeFindings('checks of metrics', metricChecks, {
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
  'a score that is smaller for better answers': {
    check: 'larger for better',
    says: 'pearson of right answers is -1 instead of 1',
    subject: scored((output) => output.map((value) => -value)),
  },
  'an error that is no share': {
    check: 'has metrics in range',
    says: 'mse is 30, outside of [−1, 1]',
    subject: {
      ...scores,
      task: {
        ...scores.task,
        metrics: () => ({ add: () => undefined, result: () => ({ pearson: 0, mse: 30 }) }),
      },
    },
  },
  'a baseline of another width': {
    check: 'has a baseline',
    says: 'the baseline has 2 outputs instead of 3',
    subject: changed({ baseline: { name: 'always "a"', output: Float32Array.of(1, 0) } }),
  },
  'a baseline without numbers': {
    check: 'has a baseline',
    says: 'the baseline has outputs that are no numbers',
    subject: changed({ baseline: { name: 'always "a"', output: Float32Array.of(1, 0, NaN) } }),
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
  'a tokenizer that does not say where texts are cut': {
    check: 'has a label',
    says: 'saves tokenizer_config.json without a model_max_length',
    subject: changed({ savedFiles: () => ({ 'tokenizer_config.json': { model_max_length: 1e30 } }) }),
  },
});
