/** Texts about images, encoded once. */
import type { RowList } from '../row-list.ts';
import { TextDataset } from '../text/text-dataset.ts';
import type { ImageTextReader } from './reader.ts';

/** Lengths are rounded up to a multiple of it, where the backbone reads any. */
const lengthStep = 4;

/**
 * Texts as a data set of one length, so that one graph serves all batches: of the longest text, or of what the backbone
 * reads where that cannot vary. `truncated` says how many were cut. Throws TEXT_LENGTH.
 */
export async function encodeTexts(
  reader: ImageTextReader,
  texts: RowList<string>,
  origin: string,
): Promise<TextDataset> {
  const { tokenizer, maxLength, variable, textInputs } = reader;
  const examples = { size: texts.size, origin, text: (index: number) => [texts.at(index)] as const };
  const rounded = (longest: number): number[] => [
    Math.min(maxLength, Math.ceil(Math.max(longest, 1) / lengthStep) * lengthStep),
  ];
  const buckets = variable ? rounded : [maxLength];
  return TextDataset.open(examples, { tokenizer, maxLength, inputs: textInputs, targets: {}, buckets });
}
