/**
 * CLIP as Hugging Face computes it: a pre-norm transformer over patches and a causal one over words, which never meet,
 * without dropout.
 *
 * Letters: B batch, S pixels of a side, T tokens of the text, D width of images, E width of texts.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, JsonObject, Params, State, StreamSpec, TensorRecord } from '@mdpd/core';
import { readClipConfig, towerNames, type ClipConfig, type TowerName } from './clip-config.ts';
import { clipHead } from './clip-heads.ts';
import { inputSpecs, pixelsOf } from './clip-input.ts';
import { clipParameters, names } from './clip-parameters.ts';
import { applyNorm, tensorOf } from '@mdpd/tensor/named-layers';
import { pooledImage, pooledText } from './pooled.ts';
import { embed, layer, probabilities } from './towers.ts';

/**
 * Builds the backbone that config.json describes. The towers run side by side: block i is layer i of both, as long as
 * they have one. `finish` normalises every token of both, Hugging Face those that are pooled alone (images). `pool` gives
 * its two `pooler_output` side by side, [B, D + E]. Throws BACKBONE_CONFIG.
 */
export function createClip(json: JsonObject): Backbone {
  const config = readClipConfig(json);
  return {
    family: 'clip',
    config: json,
    blocks: Math.max(config.text.blocks, config.image.blocks),
    streams: streamSpecs(config),
    inputs: inputSpecs(config),
    carried: ['cosine_factor'],
    perExample: ['text_mask', 'text_bias', 'text_end'],
    parameters: clipParameters(config),
    embed: (params, input) => embed(config, params, input),
    block: (params, index, state) => ({ ...state, ...eachTower(config, params, index, state, layer) }),
    finish: (params, state) => finish(config, params, state),
    pool: (_params, finished) => tf.concat([pooledImage(finished), pooledText(finished)], 1),
    head: (kind, outputs) => clipHead(config, kind, outputs),
    attention: (params, index, state) => eachTower(config, params, index, state, probabilities),
    rawGrid: (input) => ({ image: tf.transpose(pixelsOf(config, input), [0, 2, 3, 1]) }),
  };
}

function streamSpecs({ text, image }: ClipConfig): Record<TowerName, StreamSpec> {
  return {
    image: {
      tokens: image.grid ** 2 + 1,
      width: image.width,
      heads: image.heads,
      pooled: 0,
      blocks: [0, image.blocks],
      fuses: ['text'],
    },
    text: {
      tokens: text.tokens,
      follows: 'input_ids',
      width: text.width,
      heads: text.heads,
      // Where a text ends differs from text to text.
      pooled: 'mean',
      mask: 'text_mask',
      blocks: [0, text.blocks],
      causal: true,
    },
  };
}

/** What `compute` makes of the towers that have a layer `index`. */
function eachTower(
  config: ClipConfig,
  params: Params,
  index: number,
  state: State,
  compute: typeof layer,
): TensorRecord {
  const alive = towerNames.filter((tower) => index < config[tower].blocks);
  return Object.fromEntries(
    alive.map((tower) => [tower, compute(config[tower], params, tower, index, state)]),
  );
}

function finish({ text, image }: ClipConfig, params: Params, state: State): State {
  return {
    ...state,
    image: applyNorm(params, names.imageNorm, tensorOf(state, 'image'), image.epsilon),
    text: applyNorm(params, names.textNorm, tensorOf(state, 'text'), text.epsilon),
  };
}
