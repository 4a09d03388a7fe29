import { expect, it } from 'vitest';
import type { Backbone, JsonObject } from '@mdpd/core';
import { headConfig, savedHead } from './saved-head.ts';

const architectures: Readonly<Record<string, string>> = {
  classification: 'TinyForSequenceClassification',
  maskedLm: 'TinyForMaskedLM',
  seq2seq: 'TinyForConditionalGeneration',
};

const of = (config: JsonObject) => {
  const head: Backbone['head'] = (kind) => ({
    architecture: architectures[kind]!,
    parameters: [],
    apply: (_params, features) => features,
  });
  return savedHead({ config, head });
};

it('is that of the labels, for classes or a score', () => {
  expect(of({ id2label: { 0: 'bad', 1: 'good' } })).toEqual({ kind: 'classification', outputs: 2 });
  expect(of({ id2label: { 0: 'LABEL_0' }, problem_type: 'regression' })).toEqual({
    kind: 'regression',
    outputs: 1,
  });
});

it('is over the vocabulary where the class of the model is such a one', () => {
  expect(of({ vocab_size: 12, architectures: ['TinyForMaskedLM'] })).toEqual({
    kind: 'maskedLm',
    outputs: 12,
  });
  expect(of({ vocab_size: 12, architectures: ['TinyForConditionalGeneration'] })).toEqual({
    kind: 'seq2seq',
    outputs: 12,
  });
});

it('is what a model of ours says itself', () => {
  const config = { mdpd: { task: 'words', ...headConfig({ kind: 'maskedLm', outputs: 12 }) } };
  expect(config).toEqual({ mdpd: { task: 'words', head: { kind: 'maskedLm', outputs: 12 } } });
  expect(of(config)).toEqual({ kind: 'maskedLm', outputs: 12 });
  expect(headConfig({ kind: 'classification', outputs: 3 })).toEqual({});
});

it.each<[string, JsonObject]>([
  ['nothing', {}],
  ['a class without a size', { architectures: ['TinyForMaskedLM'] }],
  ['a backbone', { vocab_size: 12, architectures: ['TinyModel'] }],
  ['a size that is no number', { mdpd: { head: { kind: 'maskedLm', outputs: '12' } } }],
  ['a size that no model has', { mdpd: { head: { kind: 'maskedLm', outputs: 1e12 } } }],
  ['a kind that is not there', { mdpd: { head: { kind: 'magic', outputs: 12 } } }],
])('is unknown where config.json says %s', (_name, config) => {
  expect(of(config)).toBeUndefined();
});
