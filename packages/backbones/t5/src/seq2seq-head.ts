/**
 * Answers: logits over the vocabulary for every token of the decoder.
 *
 * Letters: B batch, T tokens of an answer, D width, V vocabulary.
 *
 * Hugging Face's classifier (`T5ForSequenceClassification`) is not among the heads: its decoder reads the whole text a
 * second time, and all tensors have other names there. T5 was made to answer in words.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head, HeadKind, Params } from '@mdpd/core';
import { scale } from '@mdpd/tensor/lean-ops';
import { applyLinear } from './layers.ts';
import type { T5Config } from './t5-config.ts';
import { outputName, wordsName } from './tensor-names.ts';

export interface Seq2seqHead extends Head {
  readonly kind: HeadKind;
  /** V. */
  readonly outputs: number;
}

export function seq2seqHead(config: T5Config): Seq2seqHead {
  const { vocabulary, width, tied } = config;
  return {
    architecture: 'T5ForConditionalGeneration',
    kind: 'seq2seq',
    outputs: vocabulary,
    stream: 'decoder',
    ...(tied ? { tied: [`${wordsName}.weight`] } : {}),
    parameters: tied
      ? []
      : [
          {
            name: `${outputName}.weight`,
            shape: [vocabulary, width],
            kind: 'weight',
            stage: 'head',
            pretrained: true,
          },
        ],
    apply: (params, tokens) => wordLogits(config, params, tokens),
  };
}

/** [..., V] from the decoder's finished state [..., D]. */
export function wordLogits({ width, tied, scaled }: T5Config, params: Params, tokens: Tensor): Tensor {
  const read = scaled ? scale(tokens, width ** -0.5) : tokens;
  return applyLinear(params, tied ? wordsName : outputName, read);
}
