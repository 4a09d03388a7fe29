/**
 * Heads, most of them on the pooled text CLS.
 *
 * Letters: B batch, D width, C outputs.
 */
import type { Head, HeadKind } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { boxHead } from './box-head.ts';
import { applyDense, applyNorm } from '@mdpd/tensor/named-layers';
import { maskedLmHead } from './masked-lm-head.ts';
import { pooler, poolerSpecs } from './pooler.ts';
import { dense, norm, pretrained } from '@mdpd/core/parameter-specs';
import type { ViltConfig } from './vilt-config.ts';

export interface ViltHead extends Head {
  readonly kind: HeadKind;
  /** C. */
  readonly outputs: number;
}

/** Default of PyTorch, which Hugging Face leaves as it is in classifiers. */
const CLASSIFIER_EPSILON = 1e-5;

/**
 * `vqa` is ViltForQuestionAnswering, `matching` ViltForImageAndTextRetrieval, `classification`
 * ViltForImagesAndTextClassification with one image (`num_images` 1), `box` none of Hugging Face's, see `boxHead`,
 * `maskedLm` ViltForMaskedLM, which reads all tokens and not CLS.
 */
export function viltHead(config: ViltConfig, kind: HeadKind, outputs: number): ViltHead | undefined {
  const { width } = config;
  if (kind === 'vqa') return classifier('ViltForQuestionAnswering', kind, width, 2 * width, outputs);
  if (kind === 'classification') {
    return classifier('ViltForImagesAndTextClassification', kind, width, width, outputs);
  }
  if (kind === 'matching' && outputs === 1) return matchingHead(width);
  if (kind === 'maskedLm') return { ...maskedLmHead(config), kind, outputs: config.vocabulary };
  return kind === 'box' && outputs === 4 ? { ...boxHead(config), kind, outputs } : undefined;
}

/** A linear to `hidden`, norm, GELU, and a linear to the outputs. */
function classifier(
  architecture: string,
  kind: HeadKind,
  width: number,
  hidden: number,
  outputs: number,
): ViltHead {
  return {
    architecture,
    kind,
    outputs,
    parameters: [
      ...poolerSpecs(width),
      ...dense('classifier.0', hidden, width, 'head'),
      ...norm('classifier.1', hidden, 'head'),
      ...dense('classifier.3', outputs, hidden, 'head'),
    ],
    apply: (params, first) => {
      const before = applyDense(params, 'classifier.0', pooler(params, first));
      const normed = applyNorm(params, 'classifier.1', before, CLASSIFIER_EPSILON);
      return applyDense(params, 'classifier.3', activation('gelu')(normed));
    },
  };
}

/** Whether image and text belong together: a linear, [1, D]. It means the same in every data set. */
function matchingHead(width: number): ViltHead {
  return {
    architecture: 'ViltForImageAndTextRetrieval',
    kind: 'matching',
    outputs: 1,
    parameters: [...poolerSpecs(width), ...pretrained(dense('rank_output', 1, width, 'head'))],
    apply: (params, first) => applyDense(params, 'rank_output', pooler(params, first)),
  };
}
