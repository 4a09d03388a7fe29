import type { HostRecord } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import type { AnswerCodec, AnswerSpec } from './answer-codec.ts';
import { answerParts, outputsOfAnswers, type AnswerTaskOptions } from './answer-task.ts';
import { glueMetrics } from './glue-metrics.ts';
import { findGlueTask } from './glue-tasks.ts';

/** Answers of two tokens: the first is class + 10 (or the score), the second the end; anything else is none. */
const codecOf = (rest: Partial<AnswerSpec> = {}, score = false): AnswerCodec => ({
  tokens: 2,
  start: 0,
  end: 1,
  padding: 0,
  spec: { compose: ([first]) => first, score: String, ...rest },
  encode: (value) => [value + 10, 1],
  text: (ids) => (ids[0] === 1 ? '' : `word ${ids[0]}`),
  parse: (ids) => (ids[1] !== 1 ? NaN : score ? ids[0]! / 2 : ids[0]! >= 10 ? ids[0]! - 10 : NaN),
});
const optionsOf = (name: string, rest?: Partial<AnswerSpec>): AnswerTaskOptions => {
  const task = findGlueTask(name);
  const { kind, labels } = task;
  return {
    codec: codecOf(rest, kind === 'regression'),
    vocabulary: 16,
    kind,
    labels,
    metrics: () => glueMetrics({ task, labels }),
  };
};
const labels = (...values: number[]): HostRecord => ({
  label: { data: Int32Array.from(values), shape: [values.length], dtype: 'int32' },
});

describe('outputsOfAnswers', () => {
  const ids = Float32Array.of(11, 1, 10, 1, 7, 1, 10, 5);

  it('has 1 at the class that is answered, and nothing where there is none', () => {
    expect(outputsOfAnswers(ids, optionsOf('sst2'))).toEqual(Float32Array.of(0, 1, 1, 0, NaN, NaN, NaN, NaN));
  });

  it('takes the wrong class for an answer that is none, where the label is known', () => {
    const options = optionsOf('mrpc', { reverseInvalid: true });
    expect(outputsOfAnswers(ids, options, labels(1, 1, 1, 0))).toEqual(
      Float32Array.of(0, 1, 1, 0, 1, 0, 0, 1),
    );
    expect(outputsOfAnswers(ids.slice(4, 6), options)).toEqual(Float32Array.of(NaN, NaN));
  });

  it('has scores, and what an answer that is none counts as', () => {
    const scores = Float32Array.of(5, 1, 0, 1, 4, 4);
    expect(outputsOfAnswers(scores, optionsOf('stsb', { invalidScore: -1 }))).toEqual(
      Float32Array.of(2.5, 0, -1),
    );
    expect(outputsOfAnswers(scores, optionsOf('stsb'))).toEqual(Float32Array.of(2.5, 0, 0));
  });
});

describe('answerParts', () => {
  const parts = answerParts(optionsOf('sst2'));
  /** Logits [rows, 2, 16] that favour the ids. */
  const logits = (...ids: number[]): Float32Array =>
    Float32Array.from(ids.flatMap((id) => Array.from({ length: 16 }, (_, word) => (word === id ? 2 : 0))));

  it('judges both alike: right is the class of the label', () => {
    const judged = (...ids: number[]) =>
      [
        parts.judge!(logits(...ids), labels(1)),
        parts.answers!.judge!(Float32Array.from(ids), labels(1)),
      ] as const;
    const [, expected] = findGlueTask('sst2').labels;
    expect(judged(11, 1)).toEqual(Array(2).fill({ expected, right: true }));
    expect(judged(10, 1)).toEqual(Array(2).fill({ expected, right: false }));
    expect(judged(7, 1)).toEqual(Array(2).fill({ expected, right: false }));
    expect(parts.answers!.judge!(Float32Array.of(11, 1), {})).toEqual({});
  });

  it('says what score is expected, and that none is right or wrong', () => {
    const scores = answerParts(optionsOf('stsb'));
    const score = { score: { data: Float32Array.of(2.5), shape: [1], dtype: 'float32' } } as const;
    expect(scores.answers!.judge!(Float32Array.of(5, 1), score)).toEqual({ expected: '2.5' });
  });

  it('measures generated answers, and those that logits favour, alike', () => {
    const ids = [11, 1, 10, 1, 7, 1];
    const measured = [parts.metrics(), parts.answers!.metrics()].map((metrics, which) => {
      const output = which === 0 ? logits(...ids) : Float32Array.from(ids);
      metrics.add(output, labels(1, 1, 1), 3);
      // A row of padding does not count.
      metrics.add(which === 0 ? logits(10, 1, 11, 1) : Float32Array.of(10, 1, 11, 1), labels(0, 0), 1);
      return metrics.result();
    });
    expect(measured).toEqual([{ accuracy: 0.5 }, { accuracy: 0.5 }]);
    expect([parts.head, parts.answers!.tokens]).toEqual([{ kind: 'seq2seq', outputs: 16 }, 2]);
  });

  it('decodes class names, scores, and answers that are neither', () => {
    expect(parts.decode(logits(11, 1))).toEqual({ value: 'positive' });
    expect(parts.answers!.decode(Float32Array.of(10, 1))).toEqual({ value: 'negative' });
    expect(parts.answers!.decode(Float32Array.of(7, 1))).toEqual({ value: 'word 7' });
    expect(parts.answers!.decode(Float32Array.of(1, 0))).toEqual({ value: '(no answer)' });
    const scores = answerParts(optionsOf('stsb'));
    expect(scores.answers!.decode(Float32Array.of(5, 1))).toEqual({ value: 'word 5' });
  });
});
