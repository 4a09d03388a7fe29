/** The DeiT backbone as the plugin offers it. */
import type {
  Backbone,
  BackboneProvider,
  HostRecord,
  HostTensor,
  ParameterSpec,
  RandomSource,
} from '@mdpd/core';
import { labelKeys } from '@mdpd/core/label-keys';
import { filled } from '@mdpd/tensor/host';
import { truncatedNormal } from '@mdpd/tensor/random';
import { createDeit } from './deit-backbone.ts';
import { readDeitConfig } from './deit-config.ts';
import { canonicalName } from './deit-parameters.ts';

export const deitProvider: BackboneProvider = {
  name: 'deit',
  description:
    'DeiT with its distillation token (Hugging Face DeiTModel, DeiTForImageClassificationWithTeacher)',
  modelTypes: ['deit'],
  create: createDeit,
  canonicalName,
  initialize,
  savedConfig: (backbone, head, labels) => ({
    ...backbone.config,
    architectures: [head.architecture],
    model_type: 'deit',
    ...labelKeys(head.parameters[0]!.shape[0]!, labels),
  }),
};

/** Matrices and embeddings: normal with `initializer_range`, cut at two deviations; shifts 0; scales of norms 1. */
function initialize(backbone: Backbone, random: RandomSource): HostRecord {
  const deviation = readDeitConfig(backbone.config).initializerRange;
  return Object.fromEntries(
    backbone.parameters.map((spec) => [spec.name, fresh(spec, deviation, random.fork(spec.name))]),
  );
}

function fresh({ name, shape, kind }: ParameterSpec, deviation: number, random: RandomSource): HostTensor {
  if (kind === 'bias') return filled(shape, 0);
  if (kind === 'norm') return filled(shape, name.endsWith('.weight') ? 1 : 0);
  const tensor = filled(shape, 0);
  for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = truncatedNormal(random, deviation);
  return tensor;
}
