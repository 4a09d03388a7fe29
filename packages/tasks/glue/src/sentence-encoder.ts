/** Turns texts into what a backbone reads, with the tokenizer that its checkpoint has. */
import { MdpdError, type Batch, type Dataset, type SavedFile, type TaskContext } from '@mdpd/core';
import { openTokenizer } from '@mdpd/data/text/open-tokenizer';
import { savedLength } from '@mdpd/data/text/saved-length';
import { TextDataset, type TextDatasetOptions } from '@mdpd/data/text/text-dataset';
import type { Tokenizer } from '@mdpd/data/text/tokenizer';
import { markApart } from './apart.ts';
import { withShownTexts } from './shown-texts.ts';
import type { TextExamples } from './text-examples.ts';

/** Examples that a padded length needs: fewer are not worth a graph of their own. */
const fewestExamples = 64;

export interface SentenceEncoder {
  readonly maxLength: number;
  readonly tokenizer: Tokenizer;
  /** Whether the backbone has a decoder: it answers in words. */
  readonly answers: boolean;
  /** What the backbone reads of a text. */
  readonly reading: Pick<TextDatasetOptions, 'inputs'> & { readonly buckets?: readonly number[] };
  /** Encodes a split; by `name`, which messages have too, it keeps its texts to show them. */
  dataset(name: string, examples: TextExamples, target: 'label' | 'score'): Promise<Dataset>;
  encode(texts: readonly (readonly [string, string?])[]): Promise<Batch>;
  /** The tokenizer's files, to be saved beside the model. */
  files(): Readonly<Record<string, SavedFile>>;
}

export interface EncoderOptions {
  /** Most tokens of an example. */
  readonly maxLength: number;
  /** Folder of another tokenizer than the backbone's, as the recipe names it. */
  readonly tokenizer?: string;
}

/** How many tokens the backbone reads, and whether texts may be shorter. Throws BACKBONE_INPUT. */
function readLengths({ inputs, backbone }: TaskContext): { most: number; variable: boolean } {
  const spec = inputs['input_ids'];
  const [most] = spec?.shape ?? [];
  if (most !== undefined && spec!.shape.length === 1) {
    return { most, variable: spec!.variable?.includes(0) ?? false };
  }
  throw new MdpdError('BACKBONE_INPUT', `the backbone ${backbone.family} does not read texts`, {
    place: 'backbone',
    allowed: `one with input_ids; it reads ${Object.keys(inputs).join(', ')}`,
    fix: 'name a backbone of language: bert, t5',
    exitCode: 2,
  });
}

/** Numbers of labelled examples; none of others. */
function targetsOf(examples: TextExamples, target: 'label' | 'score'): TextDatasetOptions['targets'] {
  if (!examples.labelled) return {};
  const values = Array.from({ length: examples.size }, (_, index) => examples.label(index));
  return target === 'label' ? { label: Int32Array.from(values) } : { score: Float32Array.from(values) };
}

/**
 * Opens the tokenizer of the backbone (or the one that `options` names) and compares it with the backbone.
 * Throws BACKBONE_INPUT, TOKENIZER_MISSING, TOKENIZER_INVALID, TOKENIZER_VOCABULARY.
 */
export async function openEncoder(context: TaskContext, options: EncoderOptions): Promise<SentenceEncoder> {
  const { most, variable } = readLengths(context);
  const tokenizer = await openTokenizer(context, options.tokenizer);
  if (options.maxLength > most) {
    context.warn(
      `texts are cut to ${most} tokens instead of ${options.maxLength}: the backbone reads no more`,
    );
  }
  const maxLength = Math.min(options.maxLength, most);
  const shared = {
    tokenizer,
    maxLength,
    inputs: Object.keys(context.inputs).filter((name) => !name.startsWith('decoder_')),
    // Backbones that read one length only get it.
    ...(variable ? {} : { buckets: [most] }),
  };
  return {
    maxLength,
    tokenizer,
    reading: shared,
    answers: context.inputs['decoder_input_ids'] !== undefined,
    async dataset(name, examples, target) {
      const dataset = await TextDataset.open(examples, {
        ...shared,
        fewestExamples,
        targets: targetsOf(examples, target),
        progress: (done, total) =>
          context.progress?.({ type: 'progress', what: `encoding ${name} texts`, done, total }),
      });
      if (dataset.truncated > 0) {
        context.warn(
          `${examples.origin}: ${dataset.truncated} of ${dataset.size} texts are cut to ${maxLength} tokens`,
        );
      }
      return withShownTexts(markApart(dataset, examples), name, examples);
    },
    async encode(texts) {
      const examples = { size: texts.length, origin: 'input', text: (index: number) => texts[index]! };
      const dataset = await TextDataset.open(examples, { ...shared, targets: {} });
      return dataset.load([...texts.keys()]);
    },
    files: () => tokenizer.files(savedLength(tokenizer.maxLength, maxLength, most)),
  };
}

/** Words of the backbone: logits of a token where it answers in them. */
export function vocabularyOf({ backbone }: Pick<TaskContext, 'backbone'>): { readonly vocabulary?: number } {
  const { vocab_size: vocabulary } = backbone.config;
  return typeof vocabulary === 'number' ? { vocabulary } : {};
}
