import { createRandom } from '@mdpd/tensor/random';
import { describe, expect, it } from 'vitest';
import { createVilt } from './vilt-backbone.ts';
import { initializeVilt } from './vilt-initialize.ts';

const config = {
  vocab_size: 30,
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 128,
  image_size: 16,
  patch_size: 4,
  pad_token_id: 3,
  initializer_range: 0.1,
};
const words = 'vilt.embeddings.text_embeddings.word_embeddings.weight';

function deviation(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);
}

describe('initializeVilt', () => {
  const backbone = createVilt(config);
  const parameters = initializeVilt(backbone, createRandom(7));

  it('makes exactly the parameters of the backbone, in order', () => {
    expect(Object.entries(parameters).map(([name, { shape, dtype }]) => ({ name, shape, dtype }))).toEqual(
      backbone.parameters.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
    );
  });

  it('draws matrices and tables with the standard deviation of the configuration', () => {
    const drawn = backbone.parameters.filter(({ kind }) => kind === 'weight' || kind === 'embedding');
    for (const { name } of drawn) {
      const data = parameters[name]!.data.filter((value) => value !== 0);
      expect(Math.abs(deviation(data) / 0.1 - 1), name).toBeLessThan(4 / Math.sqrt(2 * data.length));
    }
    expect(drawn).toHaveLength(7 + 2 * 6);
  });

  it('sets norms to 1 and 0, biases to 0, and the word of padding to 0', () => {
    for (const { name, kind } of backbone.parameters) {
      if (kind === 'weight' || kind === 'embedding') continue;
      const value = kind === 'norm' && name.endsWith('weight') ? 1 : 0;
      expect(new Set(parameters[name]!.data), name).toEqual(new Set([value]));
    }
    const { data } = parameters[words]!;
    const zeros = [...data.keys()].filter((index) => data[index] === 0);
    expect(zeros).toEqual(Array.from({ length: 64 }, (_, index) => 3 * 64 + index));
    const without = initializeVilt(createVilt({ ...config, pad_token_id: null }), createRandom(7));
    expect(without[words]!.data.includes(0)).toBe(false);
  });

  it('depends on the seed alone', () => {
    expect(initializeVilt(backbone, createRandom(7))).toEqual(parameters);
    const other = initializeVilt(backbone, createRandom(8));
    expect(other['vilt.embeddings.cls_token']!.data).not.toEqual(
      parameters['vilt.embeddings.cls_token']!.data,
    );
  });
});
