import type { HostRecord } from '@mdpd/core';
import { createRandom } from '@mdpd/tensor/random';
import { describe, expect, it } from 'vitest';
import { bertProvider, distilbertProvider, robertaProvider } from './providers.ts';

const config = {
  vocab_size: 300,
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 64,
  max_position_embeddings: 50,
  pad_token_id: 5,
};

function deviation(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);
}

const row = (record: HostRecord, name: string, index: number, width: number): number[] =>
  Array.from(record[name]!.data.subarray(index * width, (index + 1) * width));

describe('fresh parameters', () => {
  const backbone = bertProvider.create(config);
  const parameters = bertProvider.initialize(backbone, createRandom(7));

  it('are exactly those of the backbone, in order', () => {
    expect(Object.entries(parameters).map(([name, { shape, dtype }]) => ({ name, shape, dtype }))).toEqual(
      backbone.parameters.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
    );
  });

  it('have the standard deviation of the configuration in matrices and tables', () => {
    const drawn = backbone.parameters.filter(({ kind }) => kind === 'weight' || kind === 'embedding');
    for (const { name } of drawn) {
      const { data } = parameters[name]!;
      expect(Math.abs(deviation(data) / 0.02 - 1), name).toBeLessThan(4 / Math.sqrt(2 * data.length) + 0.01);
      expect(new Set(data).size / data.length, name).toBeGreaterThan(0.98);
    }
    expect(drawn).toHaveLength(3 + 2 * 6);
    const wide = bertProvider.create({ ...config, initializer_range: 0.5 });
    const { data } = bertProvider.initialize(wide, createRandom(7))[
      'bert.embeddings.word_embeddings.weight'
    ]!;
    expect(deviation(data)).toBeGreaterThan(0.48);
    // Not cut, as transformers does not cut.
    expect(Math.max(...data)).toBeGreaterThan(1.5);
  });

  it('are 1 and 0 in norms, 0 in biases', () => {
    for (const { name, kind } of backbone.parameters) {
      if (kind === 'weight' || kind === 'embedding') continue;
      const value = kind === 'norm' && name.endsWith('weight') ? 1 : 0;
      expect(new Set(parameters[name]!.data), name).toEqual(new Set([value]));
    }
  });

  it('are 0 for padding', () => {
    const zeros = Array(32).fill(0);
    const words = 'embeddings.word_embeddings.weight';
    const positions = 'embeddings.position_embeddings.weight';
    expect(row(parameters, `bert.${words}`, 5, 32)).toEqual(zeros);
    expect(row(parameters, `bert.${words}`, 4, 32)).not.toEqual(zeros);
    expect(row(parameters, `bert.${positions}`, 5, 32)).not.toEqual(zeros);
    const roberta = robertaProvider.initialize(robertaProvider.create(config), createRandom(7));
    expect(row(roberta, `roberta.${words}`, 5, 32)).toEqual(zeros);
    expect(row(roberta, `roberta.${positions}`, 5, 32)).toEqual(zeros);
    expect(row(roberta, `roberta.${positions}`, 6, 32)).not.toEqual(zeros);
    const none = bertProvider.initialize(
      bertProvider.create({ ...config, pad_token_id: null }),
      createRandom(7),
    );
    expect(row(none, `bert.${words}`, 5, 32)).not.toEqual(zeros);
  });

  it('are sines for positions where DistilBERT asks for them', () => {
    const json = {
      vocab_size: 20,
      dim: 6,
      n_layers: 1,
      n_heads: 2,
      hidden_dim: 8,
      sinusoidal_pos_embds: true,
    };
    const record = distilbertProvider.initialize(distilbertProvider.create(json), createRandom(1));
    const name = 'distilbert.embeddings.position_embeddings.weight';
    expect(row(record, name, 0, 6)).toEqual([0, 1, 0, 1, 0, 1]);
    const expected = [0, 1, 2].flatMap((i) => {
      const angle = 3 / 10_000 ** ((2 * i) / 6);
      return [Math.sin(angle), Math.cos(angle)];
    });
    row(record, name, 3, 6).forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 6));
  });

  it('depend on the seed alone', () => {
    expect(bertProvider.initialize(backbone, createRandom(7))).toEqual(parameters);
    const name = 'bert.encoder.layer.0.output.dense.weight';
    expect(bertProvider.initialize(backbone, createRandom(8))[name]!.data).not.toEqual(
      parameters[name]!.data,
    );
  });
});
