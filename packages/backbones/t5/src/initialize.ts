/** Fresh parameters, distributed as Hugging Face initialises them. */
import type { Backbone, HostRecord, HostTensor, ParameterSpec, RandomSource } from '@mdpd/core';
import { filled } from '@mdpd/tensor/host';
import { readT5Config, type T5Config } from './t5-config.ts';

/**
 * Norms 1; everything else normal, with a deviation by what it is (`T5PreTrainedModel._init_weights`), all of it times
 * `initializer_factor`. Every tensor draws from a fork named after it, so that its values do not depend on the others.
 */
export function initializeT5(backbone: Backbone, random: RandomSource): HostRecord {
  const config = readT5Config(backbone.config);
  return Object.fromEntries(
    backbone.parameters.map((spec) => [spec.name, fresh(config, spec, random.fork(spec.name))]),
  );
}

function fresh(config: T5Config, { name, shape, kind }: ParameterSpec, random: RandomSource): HostTensor {
  const { initializerFactor: factor } = config;
  if (kind === 'norm') return filled(shape, factor);
  const tensor = filled(shape, 0);
  const { data } = tensor;
  const deviation = factor * deviationOf(config, name);
  for (let i = 0; i < data.length; i++) data[i] = deviation * random.normal();
  return tensor;
}

function deviationOf({ width, heads, headWidth, hidden }: T5Config, name: string): number {
  if (name.startsWith('shared.')) return 1;
  // Scores are not divided by √d: queries are smaller instead.
  if (name.endsWith('.q.weight')) return (width * headWidth) ** -0.5;
  if (name.endsWith('.o.weight')) return (heads * headWidth) ** -0.5;
  if (name.endsWith('.wo.weight')) return hidden ** -0.5;
  return width ** -0.5;
}
