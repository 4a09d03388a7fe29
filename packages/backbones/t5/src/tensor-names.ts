/** Names of the tensors in Hugging Face checkpoints, without `.weight`. */

export interface AttentionNames {
  readonly norm: string;
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly output: string;
}

export interface MlpNames {
  readonly norm: string;
  /** First linear; where it is gated, the one that is activated. */
  readonly input: string;
  /** Linear whose result the activated one is multiplied with. */
  readonly gate: string;
  readonly output: string;
}

export interface BlockNames {
  readonly self: AttentionNames;
  /** Over the encoder: the decoder's alone. */
  readonly cross: AttentionNames;
  readonly mlp: MlpNames;
}

export type StackName = 'encoder' | 'decoder';

/** Words of texts and answers; in tied models also the last matrix. */
export const wordsName = 'shared';
/** The last matrix, where it is one of its own. */
export const outputName = 'lm_head';

export const finalNormName = (stack: StackName): string => `${stack}.final_layer_norm`;
/** Biases by distance and head: those of the first block are all blocks'. */
export const distancesName = (stack: StackName): string =>
  `${stack}.block.0.layer.0.SelfAttention.relative_attention_bias`;

function attentionNames(layer: string, kind: 'SelfAttention' | 'EncDecAttention'): AttentionNames {
  const of = (part: string): string => `${layer}.${kind}.${part}`;
  return { norm: `${layer}.layer_norm`, query: of('q'), key: of('k'), value: of('v'), output: of('o') };
}

/** Block `index` of its stack, from 0. */
export function blockNames(stack: StackName, index: number, gated: boolean): BlockNames {
  const layer = (number: number): string => `${stack}.block.${index}.layer.${number}`;
  const mlp = layer(stack === 'encoder' ? 1 : 2);
  return {
    self: attentionNames(layer(0), 'SelfAttention'),
    cross: attentionNames(layer(1), 'EncDecAttention'),
    mlp: {
      norm: `${mlp}.layer_norm`,
      input: `${mlp}.DenseReluDense.${gated ? 'wi_0' : 'wi'}`,
      gate: `${mlp}.DenseReluDense.wi_1`,
      output: `${mlp}.DenseReluDense.wo`,
    },
  };
}
