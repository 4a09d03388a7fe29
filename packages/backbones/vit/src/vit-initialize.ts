/** Fresh ViT parameters, distributed as Hugging Face initialises them. */
import type { Backbone, HostRecord, HostTensor, ParameterSpec, RandomSource } from '@mdpd/core';
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
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  if (kind === 'weight' || kind === 'embedding') {
    for (let i = 0; i < data.length; i++) data[i] = cutNormal(deviation, random);
  } else if (kind === 'norm' && name.endsWith('.weight')) {
    data.fill(1);
  }
  return { data, shape, dtype: 'float32' };
}

function cutNormal(deviation: number, random: RandomSource): number {
  let value = deviation * random.normal();
  while (Math.abs(value) > CUT) value = deviation * random.normal();
  return value;
}
