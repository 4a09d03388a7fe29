/**
 * What a decoder reads while it is taught: the answer, one token late.
 *
 * Letters: B batch, T tokens of an answer.
 */
import type { HostTensor } from '@mdpd/core';
import { hostTensor } from './host.ts';

/** Ids of tokens that stand where the answer has none. */
export interface ShiftOptions {
  /** Token before the first: `decoder_start_token_id`. */
  readonly start: number;
  /** Token in place of those that are no label: `pad_token_id`. */
  readonly padding: number;
}

/**
 * `start` and then every label but the last. Source: `T5PreTrainedModel._shift_right` of transformers.
 *
 * @param labels - shape [B, T], int32; negative where a token does not count
 * @returns shape [B, T], int32
 */
export function shiftRight({ data, shape }: HostTensor, { start, padding }: ShiftOptions): HostTensor {
  const [batch, tokens] = shape as [number, number];
  const shifted = new Int32Array(batch * tokens);
  for (let row = 0; row < batch; row++) {
    const first = row * tokens;
    if (tokens > 0) shifted[first] = start;
    for (let at = first + 1; at < first + tokens; at++) {
      const label = data[at - 1]!;
      shifted[at] = label < 0 ? padding : label;
    }
  }
  return hostTensor(shifted, shape, 'int32');
}

/** Which tokens of what `shiftRight` gives belong to the answer: those that have a label. [B, T], 1 or 0. */
export function labelMask({ data, shape }: HostTensor): HostTensor {
  return hostTensor(
    Int32Array.from(data, (label) => Number(label >= 0)),
    shape,
    'int32',
  );
}
