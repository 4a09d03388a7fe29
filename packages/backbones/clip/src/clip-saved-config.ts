/** config.json of a fine-tuned CLIP, readable by Hugging Face `transformers`. */
import type { Backbone, Head, JsonObject } from '@mdpd/core';
import { labelKeys } from '@mdpd/core/label-keys';
import type { ClipHead } from './clip-heads.ts';

/** Keys of the base model that say something else of the head; `dtype` is the newer name of `torch_dtype`. */
const replaced = new Set(['dtype', 'num_labels', 'id2label', 'label2id', 'problem_type', 'mdpd']);

/**
 * The base model's config.json with the labels, in alphabetical order of keys, as `transformers` writes it. Answers and
 * classes without labels are called LABEL_0, … as `transformers` does; other heads have none. Throws BACKBONE_CONFIG where
 * there are labels, but not one for each output.
 */
export function savedClipConfig(backbone: Backbone, head: Head, labels: readonly string[]): JsonObject {
  const config: JsonObject = {
    ...backbone.config,
    architectures: [head.architecture],
    model_type: 'clip',
    torch_dtype: 'float32',
  };
  const kept = Object.entries(config).filter(([key]) => !replaced.has(key));
  const all = Object.entries({ ...Object.fromEntries(kept), ...namedOutputs(head, labels) });
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function namedOutputs(head: Head, labels: readonly string[]): JsonObject {
  const { kind, outputs = 0 } = head as Head & Partial<ClipHead>;
  return kind === 'vqa' || kind === 'classification' ? labelKeys(outputs, labels) : {};
}
