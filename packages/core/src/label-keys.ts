/** Labels as config.json of a saved model keeps them. */
import { MdpdError } from './errors.ts';
import type { JsonObject } from './tensors.ts';

/**
 * `id2label` and `label2id` of a head. Outputs without labels are called LABEL_0, … as `transformers` does. Throws
 * BACKBONE_CONFIG where there are labels, but not one for each output.
 */
export function labelKeys(outputs: number, labels: readonly string[]): JsonObject {
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
  };
}
