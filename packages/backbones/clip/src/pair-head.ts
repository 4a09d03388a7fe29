/**
 * The head that answers about an image with a text: the only place where the two towers meet.
 *
 * Letters: B batch, N patches, D width of images, E width of texts, P width of the common space, K looks, d width of a
 * look, C outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head, HeadKind, Params, ParameterSpec, State } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { attentionProbabilities } from '@mdpd/tensor/attention';
import { boxAround } from '@mdpd/tensor/box-around';
import { reshape, scale } from '@mdpd/tensor/lean-ops';
import type { ClipConfig } from './clip-config.ts';
import { names, projectionSpecs } from './clip-parameters.ts';
import { unit } from './embeddings-head.ts';
import { applyDense, tensorOf } from '@mdpd/tensor/named-layers';
import { patchCentres } from './patches.ts';
import { pooledImage, pooledText } from './pooled.ts';
import { dense } from '@mdpd/core/parameter-specs';

/** K. */
const LOOKS = 4;

/** d: all looks together are about as wide as the common space. */
const lookWidth = ({ projection }: ClipConfig): number => Math.ceil(projection / LOOKS);

/** Names of a head's own tensors, without `.weight` and `.bias`: `vqa_head.query`. */
function partNames(kind: HeadKind) {
  const of = (part: string): string => `${kind}_head.${part}`;
  return { query: of('query'), key: of('key'), hidden: of('hidden'), output: of('output') } as const;
}

/**
 * Hugging Face has no such class of CLIP: the model is saved as its CLIPModel with the further tensors `KIND_head.query`
 * [K·d, E], `KIND_head.key` [K·d, D] without bias, `KIND_head.hidden` [P, F] and `KIND_head.output` [C, P], where KIND is
 * `vqa`, `classification`, `matching` or `box`.
 *
 * It reads, side by side, [B, F]:
 * - the vectors of image and text and their product, of unit length times √P, so that their values are of order 1;
 * - K looks of the text at the image: query · key / √d is the score of a patch, the soft-max over patches weights their
 *   mean token [D], and their mean centre (x, y), which says directly where something is.
 *
 * Then a linear, GELU and a linear. Outputs are raw: logits, or what the sigmoids of a box are taken of; a box is predicted
 * around the centre of the first look, see `boxAround`.
 */
export function pairHead(config: ClipConfig, kind: HeadKind, outputs: number): Head {
  const parts = partNames(kind);
  return {
    architecture: 'CLIPModel',
    parameters: [...projectionSpecs(config), ...ownSpecs(config, kind, outputs)],
    features: (params, finished) => {
      const text = pooledText(finished);
      const image = common(config, params, names.imageProjection, pooledImage(finished));
      const told = common(config, params, names.textProjection, text);
      return tf.concat([image, told, tf.mul(image, told), looks(config, params, kind, finished, text)], 1);
    },
    apply: (params, features) => {
      const hidden = activation('gelu')(applyDense(params, parts.hidden, features));
      const raw = applyDense(params, parts.output, hidden);
      return kind === 'box' ? boxAround(firstCentre(config, features), raw) : raw;
    },
  };
}

/** [B, 2], of the first look. */
function firstCentre({ projection, image }: ClipConfig, features: Tensor): Tensor {
  return tf.slice(features, [0, 3 * projection + image.width], [-1, 2]);
}

function ownSpecs(config: ClipConfig, kind: HeadKind, outputs: number): ParameterSpec[] {
  const { text, image, projection } = config;
  const parts = partNames(kind);
  const inner = LOOKS * lookWidth(config);
  return [
    ...dense(parts.query, inner, text.width, 'head'),
    // Without a bias, which a soft-max would not notice.
    ...dense(parts.key, inner, image.width, 'head', false),
    ...dense(parts.hidden, projection, 3 * projection + LOOKS * (image.width + 2), 'head'),
    ...dense(parts.output, outputs, projection, 'head'),
  ];
}

/** [B, P]. */
function common({ projection }: ClipConfig, params: Params, name: string, pooled: Tensor): Tensor {
  return scale(unit(applyDense(params, name, pooled, false)), Math.sqrt(projection));
}

/** [B, K · (D + 2)]: mean token and mean centre of every look. */
function looks(config: ClipConfig, params: Params, kind: HeadKind, finished: State, text: Tensor): Tensor {
  const { width, grid } = config.image;
  const parts = partNames(kind);
  const patches = tf.slice(tensorOf(finished, 'image'), [0, 1, 0], [-1, -1, -1]);
  const batch = patches.shape[0]!;
  const query = tf.expandDims(applyDense(params, parts.query, text), 1);
  const key = applyDense(params, parts.key, patches, false);
  const weights = attentionProbabilities(query, key, { heads: LOOKS });
  const perLook = reshape(weights, [batch, LOOKS, grid * grid]);
  const centres = tf.tile(patchCentres(grid), [batch, 1, 1]);
  const seen = tf.concat([patches, centres], 2);
  return reshape(tf.matMul(perLook, seen), [batch, LOOKS * (width + 2)]);
}
