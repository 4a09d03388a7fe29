/** Fresh ViLT parameters, distributed as Hugging Face and the authors initialise them. */
import type { Backbone, HostRecord, HostTensor, ParameterSpec, RandomSource } from '@mdpd/core';
import { filled } from '@mdpd/tensor/host';
import { readViltConfig, type ViltConfig } from './vilt-config.ts';
import { names } from './vilt-parameters.ts';

/**
 * Matrices and tables: normal with standard deviation `initializer_range`; biases 0; norms 1 and 0; the word of padding 0
 * (`PreTrainedModel._init_weights`). CLS and positions of images, which Hugging Face leaves as zeros, are normal too, as
 * in the authors' code. Every tensor draws from a fork named after it, so that its values do not depend on the others.
 */
export function initializeVilt(backbone: Backbone, random: RandomSource): HostRecord {
  const config = readViltConfig(backbone.config);
  return Object.fromEntries(
    backbone.parameters.map((spec) => [spec.name, fresh(config, spec, random.fork(spec.name))]),
  );
}

function fresh(config: ViltConfig, { name, shape, kind }: ParameterSpec, random: RandomSource): HostTensor {
  if (kind === 'bias') return filled(shape, 0);
  if (kind === 'norm') return filled(shape, name.endsWith('.weight') ? 1 : 0);
  const tensor = filled(shape, 0);
  const { data } = tensor;
  for (let i = 0; i < data.length; i++) data[i] = config.initializerRange * random.normal();
  const { padding, width } = config;
  if (name === `${names.words}.weight` && padding !== null) {
    data.fill(0, padding * width, (padding + 1) * width);
  }
  return tensor;
}
