/**
 * Questions about images as batches for a backbone.
 *
 * Letters: B batch, C answers of the vocabulary.
 */
import type { Batch, Dataset, HostRecord, LoadOptions, ShownExample } from '@mdpd/core';
import { loadPairs } from '@mdpd/data/image-text/batch';
import type { ImageTextReader } from '@mdpd/data/image-text/reader';
import { encodeTexts } from '@mdpd/data/image-text/texts';
import { openImages, type ImagesOptions } from '@mdpd/data/image-text/images';
import { rowsOf } from '@mdpd/data/row-list';
import { Distinct } from '@mdpd/data/text/distinct';
import type { TextDataset } from '@mdpd/data/text/text-dataset';
import type { AnswerVocabulary } from './answer-vocabulary.ts';
import type { QuestionList } from './questions.ts';

/** Numbers of texts, each distinct one once. */
function distinct(
  size: number,
  textOf: (index: number) => string,
): { values: readonly string[]; numbers: Int32Array } {
  const found = new Distinct();
  const numbers = Int32Array.from({ length: size }, (_, index) => found.number(textOf(index)));
  return { values: found.all(), numbers };
}

export interface QuestionTargets {
  readonly vocabulary: AnswerVocabulary;
  /** Whether the loss compares with the scores of all answers. */
  readonly scores: boolean;
  /** Number of the first question among those that metrics know. */
  readonly first: number;
}

export interface QuestionDatasetOptions extends ImagesOptions {
  /** Absent: there are no targets. */
  readonly targets?: QuestionTargets;
}

/** The texts, each distinct one once, and which of them a question is; only what is encoded is kept. */
async function openTexts(
  questions: QuestionList,
  reader: ImageTextReader,
  { origin, warn }: ImagesOptions,
): Promise<{ texts: TextDataset; numbers: Int32Array }> {
  const { values, numbers } = distinct(questions.size, (index) => questions.at(index).text);
  const texts = await encodeTexts(reader, rowsOf(values), origin);
  if (texts.truncated > 0)
    warn(`${origin}: ${texts.truncated} of ${values.length} questions are cut to ${reader.maxLength} tokens`);
  return { texts, numbers };
}

/**
 * Opens questions with their images, each image and each text once. Targets: `label` [B], the best answer or −1, `scores`
 * [B, C] where the loss reads them, and `question` [B], the number that metrics know it by. Throws IMAGE_UNREADABLE.
 */
export async function openQuestions(
  questions: QuestionList,
  reader: ImageTextReader,
  { targets, ...options }: QuestionDatasetOptions,
): Promise<Dataset> {
  const { origin } = options;
  const { values: paths, numbers: imageNumbers } = distinct(
    questions.size,
    (index) => questions.at(index).image,
  );
  const images = await openImages(reader, paths, options);
  const { texts, numbers: textNumbers } = await openTexts(questions, reader, options);
  return {
    size: questions.size,
    origin,
    async load(indices: readonly number[], how: LoadOptions): Promise<Batch> {
      const pairs = indices.map((index) => ({ image: imageNumbers[index]!, text: textNumbers[index]! }));
      const input = await loadPairs(reader, { images, texts }, pairs, how);
      const target = targets ? targetsOf(questions, indices, targets) : {};
      return { size: indices.length, input, target };
    },
    async show(index: number): Promise<ShownExample> {
      return { texts: [questions.at(index).text], ...(await images.show(imageNumbers[index]!)) };
    },
  };
}

const int32 = (values: readonly number[]) =>
  ({ data: Int32Array.from(values), shape: [values.length], dtype: 'int32' }) as const;

function targetsOf(
  questions: QuestionList,
  indices: readonly number[],
  { vocabulary, scores, first }: QuestionTargets,
): HostRecord {
  const width = vocabulary.answers.length;
  const found = indices.map((index) => vocabulary.scores(questions.at(index)));
  const target = {
    label: int32(found.map(([best]) => best?.[0] ?? -1)),
    question: int32(indices.map((index) => first + index)),
  };
  if (!scores) return target;
  const data = new Float32Array(indices.length * width);
  found.forEach((each, row) => {
    for (const [answer, score] of each) data[row * width + answer] = score;
  });
  return { ...target, scores: { data, shape: [indices.length, width], dtype: 'float32' } };
}
