/** config.json of a fine-tuned model, readable by Hugging Face `transformers`. */
import type { Backbone, Head, JsonObject } from '@mdpd/core';
import { readT5Config } from './t5-config.ts';

/** Keys of the base model that do not hold for a head over words; `dtype` is the newer name of `torch_dtype`. */
const replaced = new Set(['dtype', 'num_labels', 'id2label', 'label2id', 'problem_type']);

/**
 * The base model's config.json with the head's class, in alphabetical order of keys, as `transformers` writes it. What
 * `generate` needs is written out, and so is whether the last matrix is one of its own: files of newer versions call
 * every model tied.
 */
export function savedT5Config(backbone: Backbone, head: Head): JsonObject {
  const { tied, start, padding, ends } = readT5Config(backbone.config);
  const config: JsonObject = {
    ...backbone.config,
    architectures: [head.architecture],
    decoder_start_token_id: start,
    eos_token_id: ends.length === 1 ? ends[0]! : [...ends],
    is_encoder_decoder: true,
    model_type: backbone.family,
    pad_token_id: padding,
    tie_word_embeddings: tied,
    torch_dtype: 'float32',
  };
  const kept = Object.entries(config).filter(([key]) => !replaced.has(key));
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}
