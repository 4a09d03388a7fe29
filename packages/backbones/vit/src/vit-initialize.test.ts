import { createRandom } from '@mdpd/tensor/random';
import { describe, expect, it } from 'vitest';
import { createVit } from './vit-backbone.ts';
import { initializeVit } from './vit-initialize.ts';

const config = {
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 128,
  image_size: 16,
  patch_size: 4,
};

function deviation(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);
}

describe('initializeVit', () => {
  const backbone = createVit(config);
  const parameters = initializeVit(backbone, createRandom(7));

  it('makes exactly the parameters of the backbone, in order', () => {
    expect(Object.entries(parameters).map(([name, { shape, dtype }]) => ({ name, shape, dtype }))).toEqual(
      backbone.parameters.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
    );
  });

  it('draws matrices, CLS and positions with the standard deviation of the configuration', () => {
    const drawn = backbone.parameters.filter(({ kind }) => kind === 'weight' || kind === 'embedding');
    for (const { name } of drawn) {
      const { data } = parameters[name]!;
      const spread = 4 / Math.sqrt(2 * data.length);
      expect(Math.abs(deviation(data) / 0.02 - 1), name).toBeLessThan(spread);
      expect(new Set(data).size / data.length, name).toBeGreaterThan(0.99);
    }
    expect(drawn).toHaveLength(3 + 2 * 6);
  });

  it('sets norms to 1 and 0, biases to 0', () => {
    for (const { name, kind } of backbone.parameters) {
      if (kind === 'weight' || kind === 'embedding') continue;
      const value = kind === 'norm' && name.endsWith('weight') ? 1 : 0;
      expect(new Set(parameters[name]!.data), name).toEqual(new Set([value]));
    }
  });

  it('cuts at ±2, where a standard deviation that large is asked for', () => {
    const wide = initializeVit(createVit({ ...config, initializer_range: 1 }), createRandom(7));
    const { data } = wide['vit.encoder.layer.0.intermediate.dense.weight']!;
    const largest = Math.max(...Array.from(data, Math.abs));
    expect(largest).toBeLessThanOrEqual(2);
    expect(largest).toBeGreaterThan(1.9);
  });

  it('depends on the seed alone', () => {
    expect(initializeVit(backbone, createRandom(7))).toEqual(parameters);
    const other = initializeVit(backbone, createRandom(8));
    expect(other['vit.embeddings.cls_token']!.data).not.toEqual(parameters['vit.embeddings.cls_token']!.data);
  });
});
