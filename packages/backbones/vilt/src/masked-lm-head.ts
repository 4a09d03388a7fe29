/**
 * The head of masked language modelling.
 *
 * Letters: B batch, N tokens of image and text, T tokens of the text, D width, V vocabulary.
 */
import type { Head } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { linear } from '@mdpd/tensor/linear';
import { applyDense, applyNorm, tensorOf } from '@mdpd/tensor/named-layers';
import { dense, norm, pretrained, spec } from '@mdpd/core/parameter-specs';
import type { ViltConfig } from './vilt-config.ts';
import { names } from './vilt-parameters.ts';

const TRANSFORM = 'mlm_score.transform.dense';
const NORM = 'mlm_score.transform.LayerNorm';
const BIAS = 'mlm_score.decoder.bias';

/**
 * ViltForMaskedLM: linear, activation, norm, and the table of words as the last matrix. The logits are of every token,
 * [B, N, V], image's included; those of the text are the last T, which is all that `transformers` gives.
 */
export function maskedLmHead(config: ViltConfig): Head {
  const { width, vocabulary, epsilon } = config;
  const words = `${names.words}.weight`;
  return {
    architecture: 'ViltForMaskedLM',
    stream: 'multimodal',
    tied: [words],
    parameters: pretrained([
      ...dense(TRANSFORM, width, width, 'head'),
      ...norm(NORM, width, 'head'),
      spec(BIAS, [vocabulary], 'bias', 'head'),
    ]),
    apply: (params, tokens) => {
      const active = activation(config.activation)(applyDense(params, TRANSFORM, tokens));
      const normed = applyNorm(params, NORM, active, epsilon);
      return linear(normed, tensorOf(params, words), tensorOf(params, BIAS));
    },
  };
}
