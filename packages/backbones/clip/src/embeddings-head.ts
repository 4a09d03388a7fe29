/**
 * Vectors of images and of texts in one space.
 *
 * Letters: B batch, D width of images, E width of texts, P width of the space.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head } from '@mdpd/core';
import type { ClipConfig } from './clip-config.ts';
import { names, projectionSpecs } from './clip-parameters.ts';
import { applyDense } from '@mdpd/tensor/named-layers';

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
 * `logit_scale_init_value`, by default that of temperature 0.07.
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
  };
}
