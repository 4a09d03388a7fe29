/** Fresh ViT parameters, distributed as Hugging Face initialises them. */
import type { Backbone, HostRecord, HostTensor, ParameterSpec, RandomSource } from '@mdpd/core';
import { filled } from '@mdpd/tensor/host';
import { truncatedNormal } from '@mdpd/tensor/random';
import { readVitConfig } from './vit-config.ts';

/** Where PyTorch's `trunc_normal_` cuts by default: absolute values, not standard deviations. */
const CUT = 2;

/**
 * Matrices, CLS and positions: normal with standard deviation `initializer_range`, cut at ±2; biases 0; norms 1 and 0
 * (`ViTPreTrainedModel._init_weights`). Every tensor draws from a fork named after it, so that its values do not
 * depend on the other tensors.
 */
export function initializeVit(backbone: Backbone, random: RandomSource): HostRecord {
  const deviation = readVitConfig(backbone.config).initializerRange;
  return Object.fromEntries(
    backbone.parameters.map((spec) => [spec.name, fresh(spec, deviation, random.fork(spec.name))]),
  );
}

function fresh({ name, shape, kind }: ParameterSpec, deviation: number, random: RandomSource): HostTensor {
  if (kind === 'bias') return filled(shape, 0);
  if (kind === 'norm') return filled(shape, name.endsWith('.weight') ? 1 : 0);
  const tensor = filled(shape, 0);
  const { data } = tensor;
  for (let i = 0; i < data.length; i++) data[i] = truncatedNormal(random, deviation, CUT / deviation);
  return tensor;
}
