/**
 * Inputs of a batch of texts: their specification, and what they must be.
 *
 * Letters: B batch, N tokens.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { MdpdError, type InputSpec, type TensorRecord } from '@mdpd/core';
import { mostTokens, type TextConfig } from './text-config.ts';

/** A score that leaves nothing after the soft-max, beside any other. */
const UNSEEN = -1e9;

/** Whether token types are an input: a table of one row, or of none, has nothing to choose from. */
export function hasTypeInput({ types }: TextConfig): boolean {
  return types > 1;
}

export function inputSpecs(config: TextConfig): Readonly<Record<string, InputSpec>> {
  const spec: InputSpec = { shape: [mostTokens(config)], dtype: 'int32', variable: [0] };
  return {
    input_ids: spec,
    attention_mask: spec,
    ...(hasTypeInput(config) ? { token_type_ids: spec } : {}),
  };
}

export interface TextInput {
  /** [B, N]. */
  readonly ids: Tensor;
  /** [B, N], 1 or 0 (padding). */
  readonly mask: Tensor;
  /** [B, N], where token types are an input. */
  readonly types: Tensor | undefined;
}

/** The inputs. Throws BACKBONE_INPUT for other shapes, and for more tokens than there are positions. */
export function readInput(config: TextConfig, input: Readonly<TensorRecord>): TextInput {
  const most = mostTokens(config);
  const ids = input['input_ids'];
  const shape = ids?.shape ?? [];
  if (ids === undefined || shape.length !== 2 || shape[1]! < 1 || shape[1]! > most) {
    throw wrongShape(
      'input_ids',
      ids,
      `[batch, tokens] of 1 to ${most} tokens, as many as the model has positions`,
      {
        fix: shape.length === 2 && shape[1]! > most ? `cut texts to ${most} tokens` : undefined,
      },
    );
  }
  const likeIds = (name: string): Tensor => {
    const tensor = input[name];
    if (tensor?.shape.join() === shape.join()) return tensor!;
    throw wrongShape(name, tensor, `[${shape.join(', ')}], as input_ids`);
  };
  return {
    ids,
    mask: likeIds('attention_mask'),
    types: hasTypeInput(config) ? likeIds('token_type_ids') : undefined,
  };
}

function wrongShape(
  name: string,
  found: Tensor | undefined,
  allowed: string,
  { fix }: { readonly fix?: string } = {},
): MdpdError {
  const what = found === undefined ? 'is missing' : `has shape [${found.shape.join(', ')}]`;
  return new MdpdError('BACKBONE_INPUT', `${name} ${what}`, { allowed, fix });
}

/** What is added to attention scores, [B, 1, 1, N]: nobody sees padding. From a mask [B, N]. */
export function attentionBias(mask: Tensor): Tensor {
  const [batch, tokens] = mask.shape as [number, number];
  return tf.reshape(tf.mul(tf.sub(1, mask), UNSEEN), [batch, 1, 1, tokens]);
}

/**
 * Rows of the positions' table, [B, N], as RoBERTa counts: tokens that are not padding from `firstPosition` on, padding
 * has the row before. Source: `create_position_ids_from_input_ids` of transformers.
 */
export function countedPositions({ firstPosition, padding }: TextConfig, ids: Tensor): Tensor {
  const isToken = tf.cast(tf.notEqual(ids, tf.scalar(padding!, 'int32')), 'int32');
  const counted = tf.mul(tf.cumsum(isToken, 1), isToken);
  return tf.add(counted, tf.scalar(firstPosition - 1, 'int32'));
}
