/** Names of the tensors in Hugging Face checkpoints, without `.weight` and `.bias`. */

export interface BlockNames {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly attentionOutput: string;
  /** Norm after the attention. */
  readonly attentionNorm: string;
  readonly intermediate: string;
  readonly output: string;
  /** Norm at the end of the block. */
  readonly outputNorm: string;
}

export interface TensorNames {
  readonly words: string;
  readonly positions: string;
  readonly types: string;
  readonly norm: string;
  block(index: number): BlockNames;
}

function embeddingNames(prefix: string): Omit<TensorNames, 'block'> {
  const embeddings = `${prefix}embeddings`;
  return {
    words: `${embeddings}.word_embeddings`,
    positions: `${embeddings}.position_embeddings`,
    types: `${embeddings}.token_type_embeddings`,
    norm: `${embeddings}.LayerNorm`,
  };
}

/** BERT's names, which are RoBERTa's too; `prefix` is that of the class, `bert.` */
export function bertNames(prefix: string): TensorNames {
  return {
    ...embeddingNames(prefix),
    block: (index) => {
      const block = `${prefix}encoder.layer.${index}`;
      return {
        query: `${block}.attention.self.query`,
        key: `${block}.attention.self.key`,
        value: `${block}.attention.self.value`,
        attentionOutput: `${block}.attention.output.dense`,
        attentionNorm: `${block}.attention.output.LayerNorm`,
        intermediate: `${block}.intermediate.dense`,
        output: `${block}.output.dense`,
        outputNorm: `${block}.output.LayerNorm`,
      };
    },
  };
}

export function distilbertNames(prefix: string): TensorNames {
  return {
    ...embeddingNames(prefix),
    block: (index) => {
      const block = `${prefix}transformer.layer.${index}`;
      return {
        query: `${block}.attention.q_lin`,
        key: `${block}.attention.k_lin`,
        value: `${block}.attention.v_lin`,
        attentionOutput: `${block}.attention.out_lin`,
        attentionNorm: `${block}.sa_layer_norm`,
        intermediate: `${block}.ffn.lin1`,
        output: `${block}.ffn.lin2`,
        outputNorm: `${block}.output_layer_norm`,
      };
    },
  };
}
