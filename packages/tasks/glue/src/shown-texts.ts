/** Texts as the page of a run shows them. */
import type { Dataset, ShownExample } from '@mdpd/core';
import { CompactColumn } from '@mdpd/data/text/compact-column';
import type { TextExamples } from './text-examples.ts';

/** Characters of a text that are kept. */
const mostCharacters = 500;

/**
 * The data set, which can show its texts. They are copied, cut, because the table that they come from is not kept; of training
 * and unlabelled examples, which are many and never shown, none are.
 */
export function withShownTexts(
  dataset: Dataset,
  split: string,
  examples: Pick<TextExamples, 'size' | 'text'>,
): Dataset {
  if (split === 'train' || split === 'unlabelled') return dataset;
  const [first, second] = [new CompactColumn(), new CompactColumn()];
  for (let index = 0; index < examples.size; index++) {
    const [a, b] = examples.text(index);
    first.pushString(cut(a));
    if (b === undefined) second.pushNull();
    else second.pushString(cut(b));
  }
  return {
    size: dataset.size,
    origin: dataset.origin,
    ...(dataset.bucket ? { bucket: (index: number) => dataset.bucket!(index) } : {}),
    load: (indices, options) => dataset.load(indices, options),
    show(index): Promise<ShownExample> {
      const texts = [first.value(index), second.value(index)].filter((text) => typeof text === 'string');
      return Promise.resolve({ texts });
    },
  };
}

/** Never between the halves of a character. */
function cut(text: string): string {
  if (text.length <= mostCharacters) return text;
  return `${text.slice(0, mostCharacters - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
