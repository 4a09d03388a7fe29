/** Opens masked language modelling of captions. */
import { MdpdError, type TaskProvider } from '@mdpd/core';
import { openReader, vocabularySize, type ImageTextReader } from '@mdpd/data/image-text/reader';
import { openCaptionSplits } from './caption-data.ts';
import { maskedCaptionsSchema, type MaskedCaptionsData } from './caption-schema.ts';
import { createMaskedCaptionsTask } from './masked-captions-task.ts';
import { MaskedCaptions } from './masked-captions.ts';

/** Id of the token that hides others. Throws TOKENIZER_MASK. */
function maskIdOf({ tokenizer }: ImageTextReader): number {
  const { mask } = tokenizer.specialTokens;
  if (mask !== undefined) return mask;
  throw new MdpdError('TOKENIZER_MASK', 'the tokenizer has no token that hides others', {
    place: 'data.tokenizer',
    allowed: 'a tokenizer with mask_token, such as [MASK]',
    fix: 'take that of BERT, with which ViLT was pretrained',
    exitCode: 2,
  });
}

export const maskedCaptionsProvider: TaskProvider<MaskedCaptionsData> = {
  name: 'masked-captions',
  description: 'masked language modelling: hidden words of captions, with their images, for pretraining',
  dataSchema: maskedCaptionsSchema,
  async open(context) {
    const { data } = context;
    const reader = await openReader(context, data);
    const { tokenizer } = reader;
    const maskId = maskIdOf(reader);
    const rules = {
      ratio: data?.maskRatio ?? 0.15,
      maskId,
      vocabSize: tokenizer.vocabSize,
      special: new Set(Object.values(tokenizer.specialTokens)),
    };
    const splits = data ? await openCaptionSplits(context, reader, data) : {};
    const datasets = Object.entries(splits).map(
      ([name, split]) => [name, new MaskedCaptions(split, reader, rules)] as const,
    );
    return createMaskedCaptionsTask({
      reader,
      vocabulary: vocabularySize(context.backbone.config) ?? tokenizer.vocabSize,
      maskId,
      splits: Object.fromEntries(datasets),
    });
  },
};
