/**
 * Masked language modelling as the training loop sees it.
 *
 * Letters: B batch, N tokens, V vocabulary.
 */
import { MdpdError, type Dataset, type JsonObject, type SplitName, type Task } from '@mdpd/core';
import { tokenCrossEntropy, tokenDistillation } from '@mdpd/tensor/token-losses';
import { decodeMlm } from '@mdpd/data/text/mlm-decode';
import { mlmMetrics } from '@mdpd/data/text/mlm-metrics';
import { savedSettings, settingsFile } from './saved-settings.ts';
import { parseSentences } from './sentence-input.ts';
import type { SentenceEncoder } from './sentence-encoder.ts';

export interface MlmTaskOptions {
  readonly encoder: SentenceEncoder;
  readonly vocabulary: number;
  readonly maskId: number;
  readonly splits: Readonly<Partial<Record<SplitName, Dataset>>>;
}

/** How the token that hides others is written. */
function maskTextOf(encoder: SentenceEncoder): string {
  const map = encoder.files()['special_tokens_map.json'] as JsonObject;
  return String(map['mask_token']);
}

/** A text with something to guess. Throws TEXT_INPUT. */
function parseHidden(input: string, { encoder, maskId }: MlmTaskOptions): readonly [string] {
  const [text] = parseSentences(input, 1);
  if (encoder.tokenizer.encodeIds(text).includes(maskId)) return [text];
  const maskText = maskTextOf(encoder);
  throw new MdpdError('TEXT_INPUT', `there is no ${maskText}`, {
    place: JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text),
    allowed: `a text with ${maskText} where a word is to be guessed`,
    exitCode: 2,
  });
}

/** The task over encoded splits. */
export function createMlmTask(options: MlmTaskOptions): Task {
  const { encoder, vocabulary, maskId, splits } = options;
  const decoding = { tokenizer: encoder.tokenizer, vocabulary, maskId };
  return {
    name: 'mlm',
    labels: [],
    head: { kind: 'maskedLm', outputs: vocabulary },
    splits,
    primaryMetric: 'accuracy',
    loss: (output, target, smoothing) => tokenCrossEntropy(output, target.labels!, smoothing),
    distill: (student, teacher, temperature, target) =>
      tokenDistillation(student, teacher, target!.labels!, temperature),
    metrics: () => mlmMetrics(vocabulary),
    decode: (output, input) => decodeMlm(output, decoding, input),
    encode: async (inputs) => encoder.encode(inputs.map((input) => parseHidden(input, options))),
    savedFiles: () => ({
      ...encoder.files(),
      [settingsFile]: savedSettings({ sentences: 1, maxLength: encoder.maxLength }),
    }),
  };
}
