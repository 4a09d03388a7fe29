/**
 * Heads of masked language modelling: logits over the vocabulary for every token.
 *
 * Letters: B batch, N tokens, D width, V vocabulary.
 */
import { activation } from '@mdpd/tensor/activations';
import { linear } from '@mdpd/tensor/linear';
import type { TextHead } from './family.ts';
import { applyDense, applyNorm, tensorOf } from '@mdpd/tensor/named-layers';
import { dense, norm, pretrained, spec } from '@mdpd/core/parameter-specs';
import type { TextConfig } from './text-config.ts';

export interface MaskedLmPlan {
  readonly architecture: string;
  /** Linear [D, D] before the logits. */
  readonly transform: string;
  readonly activation: string;
  readonly norm: string;
  /** Bias of the logits, [V]. */
  readonly bias: string;
  /** Table of words, which is also the matrix of the logits. */
  readonly words: string;
}

/** Undefined where config.json says that the matrix of the logits is one of its own: no known model has that. */
export function maskedLmHead(plan: MaskedLmPlan, config: TextConfig): TextHead | undefined {
  const { width, vocabulary, epsilon } = config;
  if (!config.tied) return undefined;
  const words = `${plan.words}.weight`;
  return {
    architecture: plan.architecture,
    kind: 'maskedLm',
    outputs: vocabulary,
    stream: 'text',
    tied: [words],
    parameters: pretrained([
      ...dense(plan.transform, width, width, 'head'),
      ...norm(plan.norm, width, 'head'),
      spec(plan.bias, [vocabulary], 'bias', 'head'),
    ]),
    apply: (params, tokens) => {
      const active = activation(plan.activation)(applyDense(params, plan.transform, tokens));
      const normed = applyNorm(params, plan.norm, active, epsilon);
      return linear(normed, tensorOf(params, words), tensorOf(params, plan.bias));
    },
  };
}
