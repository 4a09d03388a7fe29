/** Opens masked language modelling of captions. */
import type { TaskProvider } from '@mdpd/core';
import { openReader } from '@mdpd/data/image-text/reader';
import { maskingRules, vocabularySize } from '@mdpd/data/text/open-tokenizer';
import { openCaptionSplits } from './caption-data.ts';
import { maskedCaptionsSchema, type MaskedCaptionsData } from './caption-schema.ts';
import { createMaskedCaptionsTask } from './masked-captions-task.ts';
import { MaskedCaptions } from './masked-captions.ts';

export const maskedCaptionsProvider: TaskProvider<MaskedCaptionsData> = {
  name: 'masked-captions',
  description: 'masked language modelling: hidden words of captions, with their images, for pretraining',
  dataSchema: maskedCaptionsSchema,
  async open(context) {
    const { data } = context;
    const reader = await openReader(context, data);
    const { tokenizer } = reader;
    const fix = 'take that of BERT, with which ViLT was pretrained';
    const rules = maskingRules(tokenizer, data?.maskRatio ?? 0.15, fix);
    const splits = data ? await openCaptionSplits(context, reader, data) : {};
    const datasets = Object.entries(splits).map(
      ([name, split]) => [name, new MaskedCaptions(split, reader, rules)] as const,
    );
    return createMaskedCaptionsTask({
      reader,
      vocabulary: vocabularySize(context.backbone.config) ?? tokenizer.vocabSize,
      maskId: rules.maskId,
      splits: Object.fromEntries(datasets),
    });
  },
};
