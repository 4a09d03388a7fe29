/** Marks examples whose metrics are counted apart. */
import type { Dataset } from '@mdpd/core';
import type { TextExamples } from './text-examples.ts';

/** The data set with a target `mismatched`, int32 [B], that is 1 for examples that count apart; as it is without any. */
export function markApart(dataset: Dataset, { apart }: Pick<TextExamples, 'apart'>): Dataset {
  if (!apart) return dataset;
  return {
    size: dataset.size,
    origin: dataset.origin,
    ...(dataset.bucket ? { bucket: (index: number) => dataset.bucket!(index) } : {}),
    async load(indices, options) {
      const batch = await dataset.load(indices, options);
      const data = Int32Array.from(indices, (index) => (apart(index) ? 1 : 0));
      const mismatched = { data, shape: [indices.length], dtype: 'int32' } as const;
      return { ...batch, target: { ...batch.target, mismatched } };
    },
  };
}
