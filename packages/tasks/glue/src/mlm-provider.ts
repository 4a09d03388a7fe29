/** Opens masked language modelling: texts without labels, whose own words are hidden and guessed. */
import {
  MdpdError,
  type Dataset,
  type SplitName,
  type Task,
  type TaskContext,
  type TaskProvider,
} from '@mdpd/core';
import { openTable } from '@mdpd/data/text/open-table';
import type { Tokenizer } from '@mdpd/data/text/tokenizer';
import { limitOf } from './glue-splits.ts';
import type { MaskingRules } from '@mdpd/data/text/mask-tokens';
import { openMlmData } from './mlm-data.ts';
import { mlmSchema, type MlmData } from './mlm-schema.ts';
import { createMlmTask } from './mlm-task.ts';
import { readSettings, settingsFile } from './saved-settings.ts';
import { openEncoder, vocabularyOf, type SentenceEncoder } from './sentence-encoder.ts';
import { examplesOf, readRows } from './text-rows.ts';

const splitNames = ['train', 'validation', 'test'] as const;
const defaultMaxLength = 128;

type MlmContext = TaskContext<MlmData> & { readonly data: MlmData };

/** Id of the token that hides others. Throws TOKENIZER_MASK. */
function maskIdOf({ specialTokens }: Tokenizer): number {
  if (specialTokens.mask !== undefined) return specialTokens.mask;
  throw new MdpdError('TOKENIZER_MASK', 'the tokenizer has no token that hides others', {
    place: 'data.tokenizer',
    allowed: 'a tokenizer with mask_token, such as [MASK]',
    fix: 'take one of a model that was pretrained by guessing hidden words: BERT, RoBERTa, DistilBERT',
    exitCode: 2,
  });
}

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
): Promise<Partial<Record<SplitName, Dataset>>> {
  const { data } = context;
  const { tokenizer } = encoder;
  const rules: MaskingRules = {
    ratio: data.maskRatio,
    maskId: maskIdOf(tokenizer),
    vocabSize: tokenizer.vocabSize,
    special: new Set(Object.values(tokenizer.specialTokens)),
  };
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
  const maskId = maskIdOf(tokenizer);
  return createMlmTask({
    encoder,
    vocabulary: vocabularyOf(context).vocabulary ?? tokenizer.vocabSize,
    maskId,
    splits: data ? await openSplits({ ...context, data }, encoder) : {},
  });
}

export const mlmProvider: TaskProvider<MlmData> = {
  name: 'mlm',
  description: 'masked language modelling: hidden words of texts without labels, for pretraining',
  dataSchema: mlmSchema,
  open,
};
