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
  'metrics whose names come and go': {
    check: 'has metrics in range',
    says: 'changes the names of the metrics',
    subject: changed({
      metrics: () => {
        const inner = task.metrics();
        let batches = 0;
        return {
          add: (...args) => {
            batches += 1;
            inner.add(...args);
          },
          result: () => ({ ...inner.result(), ...(batches > 1 ? { lucky: 1 } : {}) }),
        };
      },
    }),
  },
  'metrics of one example that are no number': {
    check: 'degenerate',
    says: 'one example: accuracy is NaN',
    subject: changed(metrics((result, rows) => (rows === 1 ? { ...result, accuracy: NaN } : result))),
  },
  'a baseline without a name': {
    check: 'has a baseline',
    says: 'the baseline has no name',
    subject: changed({ baseline: { name: '', output: Float32Array.of(1, 0, 0) } }),
  },
  'a decoder that says nothing': {
    check: 'decodes',
    says: 'decodes to nothing',
    subject: changed({ decode: () => ({ value: '' }) }),
  },
  'a decoder in percent': {
    check: 'decodes',
    says: 'decodes with probability ',
    subject: changed({ decode: (output) => ({ ...task.decode(output), probability: 71 }) }),
  },
  'a decoder that forgets the prediction among the alternatives': {
    check: 'decodes',
    says: 'does not name the prediction itself first',
    subject: changed({
      decode: (output) => {
        const { top, ...rest } = task.decode(output);
        return { ...rest, top: top!.slice(1) };
      },
    }),
  },
  'a decoder that names one alternative twice': {
    check: 'decodes',
    says: 'names an alternative twice',
    subject: changed({
      decode: (output) => {
        const { top, ...rest } = task.decode(output);
        return { ...rest, top: [top![0]!, top![1]!, top![1]!] };
      },
    }),
  },
  'a decoder that works on the outputs themselves': {
    check: 'decodes',
    says: 'changes what it decodes',
    subject: changed({
      decode: (output) => {
        const decoded = task.decode(output);
        output.sort();
        return decoded;
      },
    }),
  },
  'a decoder with a memory': {
    check: 'decodes',
    says: 'decodes the same output in two ways',
    subject: changed({ decode: (output) => ({ ...task.decode(output), probability: Math.random() }) }),
  },
  'a label without a name': {
    check: 'has a label',
    says: 'has a label without a name',
    subject: changed({ labels: ['a', 'b', ''] }),
  },
  'a file that is no JSON': {
    check: 'has a label',
    says: 'saves x.json with something that JSON does not hold',
    subject: changed({
      savedFiles: () => ({ 'x.json': { std: Infinity } }),
    }),
  },
  'a primary metric that is always perfect': {
    check: 'larger for better',
    says: 'accuracy of wrong answers is 1: larger must be better',
    subject: changed(metrics((result) => ({ ...result, accuracy: 1 }))),
  },
});
