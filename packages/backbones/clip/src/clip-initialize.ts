/** Fresh CLIP parameters, distributed as Hugging Face initialises them. */
import type { Backbone, HostRecord, HostTensor, ParameterSpec, RandomSource } from '@mdpd/core';
import { filled } from '@mdpd/tensor/host';
import { readClipConfig, type ClipConfig, type TowerConfig } from './clip-config.ts';
import { names } from './clip-parameters.ts';

/** Of words and their positions: `initializer_range` does not count for them. */
const TEXT_DEVIATION = 0.02;

/**
 * Matrices and tables normal, with a deviation by what they are (`CLIPPreTrainedModel._init_weights`); biases 0; norms 1
 * and 0; `logit_scale` as config.json says. Every tensor draws from a fork named after it, so that its values do not
 * depend on the others.
 */
export function initializeClip(backbone: Backbone, random: RandomSource): HostRecord {
  const config = readClipConfig(backbone.config);
  return Object.fromEntries(
    backbone.parameters.map((spec) => [spec.name, fresh(config, spec, random.fork(spec.name))]),
  );
}

function fresh(config: ClipConfig, { name, shape, kind }: ParameterSpec, random: RandomSource): HostTensor {
  if (name === names.logitScale) return filled(shape, config.logitScale);
  if (kind === 'bias') return filled(shape, 0);
  if (kind === 'norm') return filled(shape, name.endsWith('.weight') ? 1 : 0);
  const tensor = filled(shape, 0);
  const { data } = tensor;
  const tower = name.startsWith('text_model.') ? config.text : config.image;
  const deviation = tower.initializerFactor * deviationOf(tower, name);
  for (let i = 0; i < data.length; i++) data[i] = deviation * random.normal();
  return tensor;
}

/** Before `initializer_factor`. What adds to the stream is the smaller the more layers do. */
function deviationOf({ width, blocks, initializerRange }: TowerConfig, name: string): number {
  if (name.startsWith('text_model.embeddings.')) return TEXT_DEVIATION;
  if (name === names.classToken) return width ** -0.5;
  if (name.startsWith('vision_model.embeddings.')) return initializerRange;
  if (name.endsWith('.out_proj.weight')) return width ** -0.5;
  if (name.endsWith('.fc1.weight')) return (2 * width) ** -0.5;
  return width ** -0.5 * (2 * blocks) ** -0.5;
}
