/** config.json of a fine-tuned ViT, readable by Hugging Face `transformers`. */
import type { Backbone, Head, JsonObject } from '@mdpd/core';
import { labelKeys } from '@mdpd/core/label-keys';
import type { VitHead } from './vit-head.ts';

/**
 * The base model's config.json with the head's class and labels, in alphabetical order of keys, as `transformers`
 * writes it. Without labels (regression), outputs are called LABEL_0, … as `transformers` does.
 * Throws BACKBONE_CONFIG where there are labels, but not one for each output.
 */
export function savedVitConfig(backbone: Backbone, head: Head, labels: readonly string[]): JsonObject {
  const outputs = head.parameters[0]!.shape[0]!;
  const { kind } = head as Partial<VitHead>;
  const config: JsonObject = {
    ...backbone.config,
    architectures: [head.architecture],
    model_type: 'vit',
    ...labelKeys(outputs, labels),
    problem_type: kind === 'regression' ? 'regression' : 'single_label_classification',
    torch_dtype: 'float32',
  };
  // `dtype` is the newer name of `torch_dtype`; `num_labels` would contradict `id2label`.
  delete config['dtype'];
  delete config['num_labels'];
  return Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)));
}
