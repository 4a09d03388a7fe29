/**
 * Texts and answers as batches for a backbone with a decoder.
 *
 * Letters: B batch, T most tokens of an answer.
 */
import type { Batch, Dataset, HostRecord, HostTensor, TaskContext } from '@mdpd/core';
import { hostTensor } from '@mdpd/tensor/host';
import { labelMask, shiftRight } from '@mdpd/tensor/shift-right';
import { noLabel } from '@mdpd/tensor/token-losses';
import { answerCodec, answerTokens, type AnswerCodec, type AnswerSpec } from './answer-codec.ts';
import type { SentenceEncoder } from './sentence-encoder.ts';
import { withShownTexts } from './shown-texts.ts';
import type { TextExamples } from './text-examples.ts';

export interface AnswerEncoder extends SentenceEncoder {
  readonly codec: AnswerCodec;
}

/** [B, T]: ids of answers, −100 after their end. */
function labelsOf(answers: readonly (readonly number[])[], tokens: number): HostTensor {
  const data = new Int32Array(answers.length * tokens).fill(noLabel);
  answers.forEach((ids, row) => data.set(ids, row * tokens));
  return hostTensor(data, [answers.length, tokens], 'int32');
}

/** What the decoder reads: the answer one token late, or without an answer its first token alone. [B, T] each. */
function decoderInputs(labels: HostTensor | undefined, size: number, codec: AnswerCodec): HostRecord {
  const given = labels ?? labelsOf(new Array<number[]>(size).fill([codec.padding]), codec.tokens);
  return { decoder_input_ids: shiftRight(given, codec), decoder_attention_mask: labelMask(given) };
}

function withAnswers(batch: Batch, labels: HostTensor | undefined, codec: AnswerCodec): Batch {
  return {
    ...batch,
    input: { ...batch.input, ...decoderInputs(labels, batch.size, codec) },
    target: labels ? { ...batch.target, labels } : batch.target,
  };
}

/** Adds answers to a data set: the target `labels` [B, T], and what the decoder reads. */
function answered(dataset: Dataset, examples: TextExamples, codec: AnswerCodec): Dataset {
  return {
    size: dataset.size,
    origin: dataset.origin,
    ...(dataset.bucket ? { bucket: (index: number) => dataset.bucket!(index) } : {}),
    async load(indices, options) {
      const batch = await dataset.load(indices, options);
      const labels = examples.labelled
        ? labelsOf(
            indices.map((index) => codec.encode(examples.label(index))),
            codec.tokens,
          )
        : undefined;
      return withAnswers(batch, labels, codec);
    },
  };
}

/** The encoder for a backbone that answers in words. Throws DATA_CLASSES where classes cannot be told apart. */
export function answerEncoder(
  encoder: SentenceEncoder,
  { backbone, inputs }: TaskContext,
  spec: AnswerSpec,
): AnswerEncoder {
  const { tokenizer } = encoder;
  const { shape, variable = [] } = inputs['decoder_input_ids']!;
  const fixed = variable.includes(0) ? {} : { tokens: shape[0]! };
  const codec = answerCodec(tokenizer, answerTokens(backbone.config, tokenizer), { ...spec, ...fixed });
  const composed = (examples: TextExamples): TextExamples => ({
    ...examples,
    text: (index) => [spec.compose(examples.text(index))],
  });
  return {
    ...encoder,
    codec,
    async dataset(name, examples, target) {
      const encoded = await encoder.dataset(name, composed(examples), target);
      return withShownTexts(answered(encoded, examples, codec), name, examples);
    },
    async encode(texts) {
      const batch = await encoder.encode(texts.map((each) => [spec.compose(each)] as const));
      return withAnswers(batch, undefined, codec);
    },
  };
}
