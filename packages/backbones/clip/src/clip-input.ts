/**
 * Inputs of a batch of images with texts: their specification, and what they must be.
 *
 * Letters: B batch, T tokens of the text, C channels, S pixels of a side.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { MdpdError, type InputSpec, type TensorRecord } from '@mdpd/core';
import type { ClipConfig } from './clip-config.ts';

export function inputSpecs({ text, image }: ClipConfig): Readonly<Record<string, InputSpec>> {
  const tokens: InputSpec = { shape: [text.tokens], dtype: 'int32', variable: [0] };
  return {
    input_ids: tokens,
    attention_mask: tokens,
    pixel_values: { shape: [image.channels, image.size, image.size], dtype: 'float32' },
  };
}

export interface ClipInput {
  /** [B, T]. */
  readonly ids: Tensor;
  /** [B, T], 1 or 0 (padding), float32. */
  readonly mask: Tensor;
  /** [B, C, S, S]. */
  readonly pixels: Tensor;
}

/** The inputs. Throws BACKBONE_INPUT for other shapes, and for more tokens than there are positions. */
export function readInput(config: ClipConfig, input: Readonly<TensorRecord>): ClipInput {
  const ids = idsOf(config, input);
  const mask = input['attention_mask'];
  if (mask?.shape.join() !== ids.shape.join()) {
    throw wrongShape('attention_mask', mask, `[${ids.shape.join(', ')}], as input_ids`);
  }
  return { ids, mask: tf.cast(mask!, 'float32'), pixels: pixelsOf(config, input, ids.shape[0]!) };
}

function idsOf({ text }: ClipConfig, input: Readonly<TensorRecord>): Tensor {
  const ids = input['input_ids'];
  const tokens = ids?.shape[1] ?? 0;
  if (ids?.shape.length === 2 && tokens >= 1 && tokens <= text.tokens) return ids;
  throw wrongShape(
    'input_ids',
    ids,
    `[batch, tokens] of 1 to ${text.tokens} tokens, as many as the model has positions`,
    ids?.shape.length === 2 && tokens > text.tokens ? `cut texts to ${text.tokens} tokens` : undefined,
  );
}

/** Images of one size: positions are not interpolated. */
export function pixelsOf({ image }: ClipConfig, input: Readonly<TensorRecord>, batch?: number): Tensor {
  const pixels = input['pixel_values'];
  const { channels, size } = image;
  const shape = [batch ?? pixels?.shape[0], channels, size, size];
  if (pixels?.shape.join() === shape.join()) return pixels;
  throw wrongShape(
    'pixel_values',
    pixels,
    `[${batch ?? 'batch'}, ${shape.slice(1).join(', ')}], as vision_config of config.json says`,
    `resize the images to ${size} × ${size} pixels`,
  );
}

function wrongShape(name: string, found: Tensor | undefined, allowed: string, fix?: string): MdpdError {
  const what = found === undefined ? 'is missing' : `has shape [${found.shape.join(', ')}]`;
  return new MdpdError('BACKBONE_INPUT', `${name} ${what}`, { allowed, fix });
}
