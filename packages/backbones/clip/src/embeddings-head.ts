/**
 * Vectors of images and of texts in one space.
 *
 * Letters: B batch, D width of images, E width of texts, P width of the space.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head, Params, TensorRecord } from '@mdpd/core';
import type { ClipConfig } from './clip-config.ts';
import { names, projectionSpecs } from './clip-parameters.ts';
import { applyDense, tensorOf } from '@mdpd/tensor/named-layers';

/** Keeps the gradient of a vector of zeros finite. */
const TINY = 1e-12;

/** x / |x| along the last axis. */
export function unit(x: Tensor): Tensor {
  return tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), -1, true), TINY)));
}

/**
 * CLIPModel: [B, 2P], `image_embeds` and `text_embeds` of `transformers`, both of unit length.
 *
 * `logit_scale` is not in them: unit vectors leave it to whoever compares them, and contrastive training divides cosines
 * by the recipe's `temperature`. It is loaded and saved, and training does not change it. A new model has
 * `logit_scale_init_value`, by default that of temperature 0.07. The exported file has it in its logits.
 */
export function embeddingsHead(config: ClipConfig): Head {
  const { width } = config.image;
  return {
    architecture: 'CLIPModel',
    parameters: projectionSpecs(config),
    apply: (params, pooled) => {
      const image = tf.slice(pooled, [0, 0], [-1, width]);
      const text = tf.slice(pooled, [0, width], [-1, -1]);
      return tf.concat(
        [
          unit(applyDense(params, names.imageProjection, image, false)),
          unit(applyDense(params, names.textProjection, text, false)),
        ],
        1,
      );
    },
    exported: (params, output) => exportedSimilarities(config, params, output),
  };
}

/**
 * As CLIPModel's output: `logits_per_image` and `logits_per_text` [B, B], every image beside every text, `text_embeds` and
 * `image_embeds` [B, P], from both embeddings [B, 2P].
 */
function exportedSimilarities(
  { projection }: ClipConfig,
  params: Params,
  output: Tensor,
): Readonly<TensorRecord> {
  const image = tf.slice(output, [0, 0], [-1, projection]);
  const text = tf.slice(output, [0, projection], [-1, -1]);
  const perText = tf.mul(tf.matMul(text, image, false, true), tf.exp(tensorOf(params, names.logitScale)));
  return {
    logits_per_image: tf.transpose(perText),
    logits_per_text: perText,
    text_embeds: text,
    image_embeds: image,
  };
}
