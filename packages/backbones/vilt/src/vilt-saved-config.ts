/** config.json of a fine-tuned ViLT, readable by Hugging Face `transformers`. */
import type { Backbone, Head, HeadKind, JsonObject } from '@mdpd/core';
import { labelKeys } from '@mdpd/core/label-keys';
import { readViltConfig } from './vilt-config.ts';
import type { ViltHead } from './vilt-heads.ts';

/** Keys of the base model that say something else of the head; `dtype` is the newer name of `torch_dtype`. */
const replaced = new Set(['dtype', 'num_labels', 'id2label', 'label2id', 'problem_type', 'mdpd']);

/** Heads whose outputs have no labels. */
const unlabelled: readonly HeadKind[] = ['box', 'matching', 'maskedLm'];

/**
 * The base model's config.json with the head's class and labels, in alphabetical order of keys, as `transformers` writes
 * it; under `mdpd` the canvas, where the base model's says one. Answers and classes without labels are called LABEL_0, …
 * as `transformers` does; a box and a match have none. Throws BACKBONE_CONFIG where there are labels, but not one for
 * each output.
 */
export function savedViltConfig(backbone: Backbone, head: Head, labels: readonly string[]): JsonObject {
  // The last parameter of every head here is the bias of its outputs.
  const { kind, outputs = head.parameters.at(-1)!.shape[0]! } = head as Head & Partial<ViltHead>;
  const config: JsonObject = {
    ...backbone.config,
    architectures: [head.architecture],
    model_type: 'vilt',
    torch_dtype: 'float32',
  };
  const kept = Object.entries(config).filter(([key]) => !replaced.has(key));
  const own = {
    ...canvasKeys(backbone),
    ...(kind === 'classification' ? { num_images: 1, problem_type: 'single_label_classification' } : {}),
    ...(kind !== undefined && unlabelled.includes(kind) ? {} : labelKeys(outputs, labels)),
  };
  const all = Object.entries({ ...Object.fromEntries(kept), ...own });
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A square of `image_size` need not be said. */
function canvasKeys({ config }: Backbone): JsonObject {
  const { canvas, positions, patch } = readViltConfig(config);
  const isDefault = canvas.every((length) => length === positions * patch);
  return isDefault ? {} : { mdpd: { canvas: [...canvas] } };
}
