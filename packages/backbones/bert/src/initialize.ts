/** Fresh parameters, distributed as Hugging Face initialises them. */
import type { Backbone, HostRecord, HostTensor, ParameterSpec, RandomSource } from '@mdpd/core';
import { filled } from '@mdpd/tensor/host';
import type { Family } from './family.ts';
import type { TextConfig } from './text-config.ts';

/**
 * Matrices and tables: normal with standard deviation `initializer_range`; biases 0; norms 1 and 0; the rows of padding
 * 0 (`PreTrainedModel._init_weights`). Every tensor draws from a fork named after it, so that its values do not depend on
 * the other tensors.
 */
export function initializeText(family: Family, backbone: Backbone, random: RandomSource): HostRecord {
  const config = family.readConfig(backbone.config);
  return Object.fromEntries(
    backbone.parameters.map((spec) => [spec.name, fresh(family, config, spec, random.fork(spec.name))]),
  );
}

function fresh(
  { names }: Family,
  config: TextConfig,
  { name, shape, kind }: ParameterSpec,
  random: RandomSource,
): HostTensor {
  if (kind === 'bias') return filled(shape, 0);
  if (kind === 'norm') return filled(shape, name.endsWith('.weight') ? 1 : 0);
  const positions = name === `${names.positions}.weight`;
  if (positions && config.sinusoidal) return sines(shape);
  const tensor = filled(shape, 0);
  const { data } = tensor;
  for (let i = 0; i < data.length; i++) data[i] = config.initializerRange * random.normal();
  const { padding, width } = config;
  const hasPadding = name === `${names.words}.weight` || (positions && config.firstPosition > 0);
  if (hasPadding && padding !== null) data.fill(0, padding * width, (padding + 1) * width);
  return tensor;
}

/** sin and cos of p / 10000^(2⌊j/2⌋/D) at even and odd j: row p, column j. Source: `_create_sinusoidal_embeddings`. */
function sines(shape: readonly number[]): HostTensor {
  const [rows, width] = shape as readonly [number, number];
  const tensor = filled(shape, 0);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < width; j++) {
      const angle = row / 10_000 ** ((2 * Math.floor(j / 2)) / width);
      tensor.data[row * width + j] = j % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return tensor;
}
