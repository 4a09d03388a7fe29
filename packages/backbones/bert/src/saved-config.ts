/** config.json of a fine-tuned model, readable by Hugging Face `transformers`. */
import type { Backbone, Head, JsonObject } from '@mdpd/core';
import { labelKeys } from '@mdpd/core/label-keys';
import type { TextHead } from './family.ts';

/** Keys of the base model that say something else of the head; `dtype` is the newer name of `torch_dtype`. */
const replaced = new Set(['dtype', 'num_labels', 'id2label', 'label2id', 'problem_type']);

/**
 * The base model's config.json with the head's class and labels, in alphabetical order of keys, as `transformers`
 * writes it. Without labels (regression), outputs are called LABEL_0, … as `transformers` does; masked language
 * modelling has none. Throws BACKBONE_CONFIG where there are labels, but not one for each output.
 */
export function savedTextConfig(backbone: Backbone, head: Head, labels: readonly string[]): JsonObject {
  // The last parameter of every head here is the bias of its outputs.
  const { kind, outputs = head.parameters.at(-1)!.shape[0]! } = head as Head & Partial<TextHead>;
  const config: JsonObject = {
    ...backbone.config,
    architectures: [head.architecture],
    model_type: backbone.family,
    torch_dtype: 'float32',
  };
  const kept = Object.entries(config).filter(([key]) => !replaced.has(key));
  const problem = kind === 'regression' ? 'regression' : 'single_label_classification';
  const own: JsonObject = kind === 'maskedLm' ? {} : { ...labelKeys(outputs, labels), problem_type: problem };
  return Object.fromEntries([...kept, ...Object.entries(own)].sort(([a], [b]) => (a < b ? -1 : 1)));
}
