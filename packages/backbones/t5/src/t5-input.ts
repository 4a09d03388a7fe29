/**
 * Inputs of a batch of texts with their answers: their specification, and what they must be.
 *
 * Letters: B batch, N tokens of texts, T tokens of answers.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { MdpdError, type InputSpec, type TensorRecord } from '@mdpd/core';
import type { T5Config } from './t5-config.ts';
import type { StackName } from './tensor-names.ts';

/** Names of ids and mask, by stack. */
export const inputNames: Readonly<Record<StackName, { readonly ids: string; readonly mask: string }>> = {
  encoder: { ids: 'input_ids', mask: 'attention_mask' },
  decoder: { ids: 'decoder_input_ids', mask: 'decoder_attention_mask' },
};

export function inputSpecs({ tokens }: T5Config): Readonly<Record<string, InputSpec>> {
  const spec: InputSpec = { shape: [tokens], dtype: 'int32', variable: [0] };
  return Object.fromEntries(
    Object.values(inputNames).flatMap(({ ids, mask }) => [
      [ids, spec],
      [mask, spec],
    ]),
  );
}

export interface StackInput {
  /** [B, N]. */
  readonly ids: Tensor;
  /** [B, N], 1 or 0 (padding), float32. */
  readonly mask: Tensor;
}

/** The inputs of a stack. Throws BACKBONE_INPUT for other shapes, and for more tokens than `n_positions` says. */
export function readInput(config: T5Config, stack: StackName, input: Readonly<TensorRecord>): StackInput {
  const names = inputNames[stack];
  const ids = input[names.ids];
  const shape = ids?.shape ?? [];
  const most = config.tokens;
  if (ids === undefined || shape.length !== 2 || shape[1]! < 1 || shape[1]! > most) {
    const fix =
      shape.length === 2 && shape[1]! > most
        ? `cut texts to ${most} tokens, or set n_positions in config.json: T5 itself has no limit`
        : undefined;
    throw wrongShape(names.ids, ids, `[batch, tokens] of 1 to ${most} tokens`, fix);
  }
  const mask = input[names.mask];
  if (mask?.shape.join() !== shape.join()) {
    throw wrongShape(names.mask, mask, `[${shape.join(', ')}], as ${names.ids}`);
  }
  return { ids, mask: tf.cast(mask!, 'float32') };
}

function wrongShape(name: string, found: Tensor | undefined, allowed: string, fix?: string): MdpdError {
  const what = found === undefined ? 'is missing' : `has shape [${found.shape.join(', ')}]`;
  return new MdpdError('BACKBONE_INPUT', `${name} ${what}`, { allowed, fix });
}
