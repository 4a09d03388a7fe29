/** config.json of a fine-tuned model, readable by Hugging Face `transformers`. */
import { MdpdError, type Backbone, type Head, type JsonObject } from '@mdpd/core';
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
  const own = kind === 'maskedLm' ? {} : labelKeys(outputs, labels, kind === 'regression');
  return Object.fromEntries([...kept, ...Object.entries(own)].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function labelKeys(outputs: number, labels: readonly string[], regression: boolean): JsonObject {
  if (labels.length > 0 && labels.length !== outputs) {
    throw new MdpdError('BACKBONE_CONFIG', `${labels.length} labels for a head of ${outputs} outputs`, {
      place: 'config.json: id2label',
      allowed: `${outputs} labels, or none`,
    });
  }
  const named = Array.from({ length: outputs }, (_, index) => labels[index] ?? `LABEL_${index}`);
  return {
    id2label: Object.fromEntries(named.map((label, index) => [String(index), label])),
    label2id: Object.fromEntries(named.map((label, index) => [label, index])),
    problem_type: regression ? 'regression' : 'single_label_classification',
  };
}
