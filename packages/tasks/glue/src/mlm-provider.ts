/** Opens masked language modelling: texts without labels, whose own words are hidden and guessed. */
import type { Dataset, SplitName, Task, TaskContext, TaskProvider } from '@mdpd/core';
import type { MaskingRules } from '@mdpd/data/text/mask-tokens';
import { openTable } from '@mdpd/data/text/open-table';
import { maskingRules } from '@mdpd/data/text/open-tokenizer';
import type { Tokenizer } from '@mdpd/data/text/tokenizer';
import { limitOf } from './glue-splits.ts';
import { openMlmData } from './mlm-data.ts';
import { mlmSchema, type MlmData } from './mlm-schema.ts';
import { createMlmTask } from './mlm-task.ts';
import { readSettings, settingsFile } from './saved-settings.ts';
import { openEncoder, vocabularyOf, type SentenceEncoder } from './sentence-encoder.ts';
import { examplesOf, readRows } from './text-rows.ts';

const splitNames = ['train', 'validation', 'test'] as const;
const defaultMaxLength = 128;

type MlmContext = TaskContext<MlmData> & { readonly data: MlmData };

/** Throws TOKENIZER_MASK. */
const rulesOf = (tokenizer: Tokenizer, ratio: number): MaskingRules =>
  maskingRules(
    tokenizer,
    ratio,
    'take one of a model that was pretrained by guessing hidden words: BERT, RoBERTa, DistilBERT',
  );

async function openSplit(
  context: MlmContext,
  name: (typeof splitNames)[number],
  encoder: SentenceEncoder,
  rules: MaskingRules,
): Promise<Dataset> {
  const { data, textSources: sources, directory, warn } = context;
  const { onInvalid, text } = data;
  const place = `data.${name}`;
  const table = await openTable(data[name]!, { sources, directory, place, columns: [text], onInvalid, warn });
  const read = readRows(table, { texts: [text], kind: 'classification', onInvalid, place, warn });
  const limit = limitOf(context, name);
  return openMlmData(examplesOf(table, [text], read), {
    tokenizer: encoder.tokenizer,
    maxLength: encoder.maxLength,
    ...encoder.reading,
    rules,
    ...(limit === undefined ? {} : { limit }),
    progress: (done, total) =>
      context.progress?.({ type: 'progress', what: `encoding ${name} texts`, done, total }),
  });
}

async function openSplits(
  context: MlmContext,
  encoder: SentenceEncoder,
  rules: MaskingRules,
): Promise<Partial<Record<SplitName, Dataset>>> {
  const { data } = context;
  const splits: Partial<Record<SplitName, Dataset>> = {};
  for (const name of splitNames) {
    const wanted = data[name] !== undefined && (context.splits?.includes(name) ?? true);
    if (wanted) splits[name] = await openSplit(context, name, encoder, rules);
  }
  return splits;
}

async function open(context: TaskContext<MlmData>): Promise<Task> {
  const { data } = context;
  const saved = readSettings(context.backboneFiles[settingsFile]).maxLength;
  const encoder = await openEncoder(context, data ?? { maxLength: saved ?? defaultMaxLength });
  const { tokenizer } = encoder;
  // Without data nothing is hidden: a saved model only needs to know the mask.
  const rules = rulesOf(tokenizer, data?.maskRatio ?? 0);
  return createMlmTask({
    encoder,
    vocabulary: vocabularyOf(context).vocabulary ?? tokenizer.vocabSize,
    maskId: rules.maskId,
    splits: data ? await openSplits({ ...context, data }, encoder, rules) : {},
  });
}

export const mlmProvider: TaskProvider<MlmData> = {
  name: 'mlm',
  description: 'masked language modelling: hidden words of texts without labels, for pretraining',
  dataSchema: mlmSchema,
  open,
};
