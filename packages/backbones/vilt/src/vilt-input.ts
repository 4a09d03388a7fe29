/**
 * Inputs of a batch of images with texts: their specification, and what they must be.
 *
 * Letters: B batch, T tokens of the text, C channels, H × W pixels of the canvas.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import { MdpdError, type InputSpec, type TensorRecord } from '@mdpd/core';
import type { ViltConfig } from './vilt-config.ts';

/** Whether token types are an input: a table of one row has nothing to choose from. */
const hasTypeInput = ({ types }: ViltConfig): boolean => types > 1;

export function inputSpecs(config: ViltConfig): Readonly<Record<string, InputSpec>> {
  const { textTokens, channels, canvas } = config;
  const text: InputSpec = { shape: [textTokens], dtype: 'int32', variable: [0] };
  return {
    input_ids: text,
    attention_mask: text,
    ...(hasTypeInput(config) ? { token_type_ids: text } : {}),
    pixel_values: { shape: [channels, ...canvas], dtype: 'float32' },
    pixel_mask: { shape: canvas, dtype: 'int32' },
  };
}

export interface ViltInput {
  /** [B, T]. */
  readonly ids: Tensor;
  /** [B, T], 1 or 0 (padding). */
  readonly textMask: Tensor;
  /** [B, T], where token types are an input. */
  readonly types: Tensor | undefined;
  /** [B, C, H, W]. */
  readonly pixels: Tensor;
  /** [B, H, W], 1 (image) or 0 (the rest of the canvas). */
  readonly pixelMask: Tensor;
}

/** The inputs. Throws BACKBONE_INPUT for other shapes, and for more tokens than there are positions. */
export function readInput(config: ViltConfig, input: Readonly<TensorRecord>): ViltInput {
  const ids = idsOf(config, input);
  const [batch] = ids.shape as [number, number];
  const like = (name: string, shape: readonly number[], allowed: string): Tensor => {
    const tensor = input[name];
    if (tensor?.shape.join() === shape.join()) return tensor;
    throw wrongShape(name, tensor, `[${shape.join(', ')}], ${allowed}`);
  };
  const asIds = (name: string): Tensor => like(name, ids.shape, 'as input_ids');
  return {
    ids,
    textMask: asIds('attention_mask'),
    types: hasTypeInput(config) ? asIds('token_type_ids') : undefined,
    pixels: like('pixel_values', [batch, config.channels, ...config.canvas], CANVAS),
    pixelMask: like('pixel_mask', [batch, ...config.canvas], CANVAS),
  };
}

const CANVAS = 'as mdpd.canvas of config.json says, else its image_size';

function idsOf({ textTokens }: ViltConfig, input: Readonly<TensorRecord>): Tensor {
  const ids = input['input_ids'];
  const tokens = ids?.shape[1] ?? 0;
  if (ids?.shape.length === 2 && tokens >= 1 && tokens <= textTokens) return ids;
  throw wrongShape(
    'input_ids',
    ids,
    `[batch, tokens] of 1 to ${textTokens} tokens, as many as the model has positions`,
    ids?.shape.length === 2 && tokens > textTokens ? `cut texts to ${textTokens} tokens` : undefined,
  );
}

function wrongShape(name: string, found: Tensor | undefined, allowed: string, fix?: string): MdpdError {
  const what = found === undefined ? 'is missing' : `has shape [${found.shape.join(', ')}]`;
  return new MdpdError('BACKBONE_INPUT', `${name} ${what}`, { allowed, fix });
}
