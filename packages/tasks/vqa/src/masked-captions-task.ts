/**
 * Masked language modelling of captions, with the image to look at.
 *
 * Letters: B batch, N tokens of image and text, T tokens of the text, V vocabulary.
 */
import { MdpdError, type Dataset, type HostRecord, type SplitName, type Task } from '@mdpd/core';
import { encodeImageTexts, parseImageText } from '@mdpd/data/image-text/input';
import { readerFiles, type ImageTextReader } from '@mdpd/data/image-text/reader';
import { decodeMlm } from '@mdpd/data/text/mlm-decode';
import { mlmMetrics } from '@mdpd/data/text/mlm-metrics';
import { tokenCrossEntropy, tokenDistillation } from '@mdpd/tensor/token-losses';
import * as tf from '@tensorflow/tfjs-core';

export interface MaskedCaptionsOptions {
  readonly reader: ImageTextReader;
  readonly vocabulary: number;
  readonly maskId: number;
  readonly splits: Readonly<Partial<Record<SplitName, Dataset>>>;
}

/** Logits of the text, [B, T, V], of those of all tokens, [B, N, V]: the text comes last. */
function ofText(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  const [, tokens] = logits.shape as [number, number, number];
  const [, length] = labels.shape as [number, number];
  return length === tokens ? logits : tf.slice(logits, [0, tokens - length, 0], [-1, -1, -1]);
}

/** The same of host values: of every row of N·V numbers the last `wanted`, which are the text's. */
function ofTextOnHost(output: Float32Array, rows: number, wanted: number): Float32Array {
  const all = output.length / rows;
  if (all === wanted) return output;
  const result = new Float32Array(rows * wanted);
  for (let row = 0; row < rows; row++) {
    result.set(output.subarray((row + 1) * all - wanted, (row + 1) * all), row * wanted);
  }
  return result;
}

/** Logits of the text for `mlmMetrics`. A padded batch has as many rows of outputs as of labels, another `rows` of them. */
function textLogits(
  output: Float32Array,
  target: HostRecord,
  rows: number,
  vocabulary: number,
): Float32Array {
  const [given, length] = target['labels']!.shape as [number, number];
  const tokens = output.length / (given * vocabulary);
  const padded = Number.isInteger(tokens) && tokens >= length;
  return ofTextOnHost(output, padded ? given : rows, length * vocabulary);
}

const lengthOf = (host: HostRecord, name: string): number => host[name]!.shape[1]!;

/** Image and text with something to guess. Throws IMAGE_TEXT_INPUT, TEXT_INPUT. */
function checkHidden(input: string, { reader, maskId }: MaskedCaptionsOptions): void {
  const { text } = parseImageText(input, 'a [MASK] circle');
  if (reader.tokenizer.encodeIds(text).includes(maskId)) return;
  const maskText = reader.tokenizer.decode([maskId]) || '[MASK]';
  throw new MdpdError('TEXT_INPUT', `there is no ${maskText}`, {
    place: JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text),
    allowed: `a text with ${maskText} where a word is to be guessed`,
    exitCode: 2,
  });
}

export function createMaskedCaptionsTask(options: MaskedCaptionsOptions): Task {
  const { reader, vocabulary, maskId, splits } = options;
  const decoding = { tokenizer: reader.tokenizer, vocabulary, maskId };
  return {
    name: 'masked-captions',
    labels: [],
    head: { kind: 'maskedLm', outputs: vocabulary },
    splits,
    primaryMetric: 'accuracy',
    loss: (output, { labels }, smoothing) => tokenCrossEntropy(ofText(output, labels!), labels!, smoothing),
    distill: (student, teacher, temperature, target) => {
      const labels = target!['labels']!;
      return tokenDistillation(ofText(student, labels), ofText(teacher, labels), labels, temperature);
    },
    metrics: () => {
      const metrics = mlmMetrics(vocabulary);
      return {
        add: (output, target, rows) => {
          if (rows === 0) return;
          metrics.add(textLogits(output, target, rows, vocabulary), target, rows);
        },
        result: () => metrics.result(),
      };
    },
    decode: (output, input) =>
      decodeMlm(
        input ? ofTextOnHost(output, 1, lengthOf(input, 'input_ids') * vocabulary) : output,
        decoding,
        input,
      ),
    encode: async (inputs) => {
      for (const input of inputs) checkHidden(input, options);
      return encodeImageTexts(inputs, reader);
    },
    savedFiles: () => readerFiles(reader),
  };
}
