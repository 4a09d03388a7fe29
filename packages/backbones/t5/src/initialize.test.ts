import { createRandom } from '@mdpd/tensor/random';
import { describe, expect, it } from 'vitest';
import { t5Provider } from './provider.ts';

const config = {
  vocab_size: 300,
  d_model: 32,
  d_kv: 6,
  d_ff: 64,
  num_layers: 2,
  num_heads: 4,
  feed_forward_proj: 'gated-gelu',
};

function deviation(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);
}

describe('fresh parameters', () => {
  const backbone = t5Provider.create(config);
  const parameters = t5Provider.initialize(backbone, createRandom(7));

  it('are exactly those of the backbone, in order', () => {
    expect(Object.entries(parameters).map(([name, { shape, dtype }]) => ({ name, shape, dtype }))).toEqual(
      backbone.parameters.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
    );
  });

  it.each([
    [/^shared/, 1],
    [/\.q\.weight$/, (32 * 6) ** -0.5],
    [/\.[kv]\.weight$/, 32 ** -0.5],
    [/\.o\.weight$/, 24 ** -0.5],
    [/\.wi_[01]\.weight$/, 32 ** -0.5],
    [/\.wo\.weight$/, 64 ** -0.5],
    [/relative_attention_bias/, 32 ** -0.5],
  ])('%s have the deviation of transformers', (pattern, expected) => {
    const names = Object.keys(parameters).filter((name) => pattern.test(name));
    expect(names.length).toBeGreaterThan(0);
    const wide = t5Provider.create({ ...config, initializer_factor: 3 });
    const factored = t5Provider.initialize(wide, createRandom(7));
    for (const name of names) {
      const { data } = parameters[name]!;
      const off = Math.abs(deviation(data) / expected - 1);
      expect(off, name).toBeLessThan(5 / Math.sqrt(2 * data.length));
      expect(deviation(factored[name]!.data) / deviation(data), name).toBeCloseTo(3, 4);
    }
  });

  it('are 1 in norms', () => {
    const norms = backbone.parameters.filter(({ kind }) => kind === 'norm');
    expect(norms).toHaveLength(2 * 2 + 2 * 3 + 2);
    for (const { name } of norms) expect(new Set(parameters[name]!.data), name).toEqual(new Set([1]));
  });

  it('depend on the seed alone', () => {
    expect(t5Provider.initialize(backbone, createRandom(7))).toEqual(parameters);
    const other = t5Provider.initialize(backbone, createRandom(8));
    expect(other['shared.weight']!.data).not.toEqual(parameters['shared.weight']!.data);
  });
});
