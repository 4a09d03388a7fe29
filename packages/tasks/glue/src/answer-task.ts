/**
 * The part of a task that differs where the backbone answers in words.
 *
 * Letters: T most tokens of an answer, V vocabulary, C classes (1 for a score).
 */
import type { HostRecord, Judgement, MetricAccumulator, Prediction, Task } from '@mdpd/core';
import { bestClass } from '@mdpd/data/class-outputs';
import { tokenCrossEntropy, tokenDistillation } from '@mdpd/tensor/token-losses';
import type { AnswerCodec } from './answer-codec.ts';

export interface AnswerTaskOptions {
  readonly codec: AnswerCodec;
  /** V, logits of a token. */
  readonly vocabulary: number;
  readonly kind: 'classification' | 'regression';
  readonly labels: readonly string[];
  /** Of outputs [rows, C]. */
  metrics(): MetricAccumulator;
}

/** The most likely tokens [rows · T] of logits [rows, T, V], while the right answer is given. */
function likeliest(output: Float32Array, vocabulary: number): Float32Array {
  const count = output.length / vocabulary;
  return Float32Array.from({ length: count }, (_, token) =>
    bestClass(output, token * vocabulary, vocabulary),
  );
}

/**
 * Outputs [rows, C] of answers [rows, T]: 1 at the class, or the score. An answer that is no class is no output (NaN), or,
 * where the codec says so and the label is known, the wrong one of two.
 */
export function outputsOfAnswers(
  ids: Float32Array,
  { codec, kind, labels }: Pick<AnswerTaskOptions, 'codec' | 'kind' | 'labels'>,
  target: HostRecord = {},
): Float32Array {
  const { tokens, spec } = codec;
  const rows = ids.length / tokens;
  const classes = kind === 'regression' ? 1 : labels.length;
  const outputs = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const value = codec.parse(ids.subarray(row * tokens, (row + 1) * tokens));
    if (kind === 'regression') {
      outputs[row] = Number.isFinite(value) ? value : (spec.invalidScore ?? 0);
      continue;
    }
    const label = target.label?.data[row];
    const wrong = spec.reverseInvalid && classes === 2 && label !== undefined ? 1 - label : undefined;
    const answer = Number.isNaN(value) ? wrong : value;
    if (answer === undefined) outputs.fill(NaN, row * classes, (row + 1) * classes);
    else outputs[row * classes + answer] = 1;
  }
  return outputs;
}

/** Metrics of answers that `idsOf` reads from what is added. */
function metricsOf(
  options: AnswerTaskOptions,
  idsOf: (output: Float32Array) => Float32Array,
): MetricAccumulator {
  const inner = options.metrics();
  return {
    add(output, target, rows) {
      const ids = idsOf(output).subarray(0, rows * options.codec.tokens);
      inner.add(outputsOfAnswers(ids, options, target), target, rows);
    },
    result: () => inner.result(),
  };
}

/** What an answer says: the class's name, the score, or whatever it is instead. */
function decodeAnswer(ids: ArrayLike<number>, { codec, kind, labels }: AnswerTaskOptions): Prediction {
  const value = codec.parse(ids);
  if (kind === 'classification' && !Number.isNaN(value)) return { value: labels[value]! };
  return { value: codec.text(ids) || '(no answer)' };
}

/** Right where it says the class of the label. */
function judgeAnswer(
  ids: ArrayLike<number>,
  { label, score }: HostRecord,
  { codec, kind, labels }: AnswerTaskOptions,
): Judgement {
  if (kind === 'regression') return score ? { expected: codec.spec.score(score.data[0]!) } : {};
  const wanted = label?.data[0];
  if (wanted === undefined) return {};
  return { expected: labels[wanted] ?? String(wanted), right: codec.parse(ids) === wanted };
}

type AnswerParts = Pick<Task, 'head' | 'loss' | 'distill' | 'metrics' | 'decode' | 'judge' | 'answers'>;

/** Head, losses, metrics and decoding of a task whose backbone answers in words. */
export function answerParts(options: AnswerTaskOptions): AnswerParts {
  const { vocabulary, codec } = options;
  return {
    head: { kind: 'seq2seq', outputs: vocabulary },
    loss: (output, target, smoothing) => tokenCrossEntropy(output, target.labels!, smoothing),
    distill: (student, teacher, temperature, target) =>
      tokenDistillation(student, teacher, target!.labels!, temperature),
    metrics: () => metricsOf(options, (output) => likeliest(output, vocabulary)),
    decode: (output) => decodeAnswer(likeliest(output, vocabulary), options),
    judge: (output, target) => judgeAnswer(likeliest(output, vocabulary), target, options),
    answers: {
      tokens: codec.tokens,
      metrics: () => metricsOf(options, (ids) => ids),
      decode: (ids) => decodeAnswer(ids, options),
      judge: (ids, target) => judgeAnswer(ids, target, options),
    },
  };
}
