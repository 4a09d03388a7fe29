/**
 * Referring expressions as the training loop sees them.
 *
 * Letters: B batch.
 */
import type {
  Batch,
  ConstantAnswer,
  Dataset,
  HostRecord,
  Judgement,
  Prediction,
  SplitName,
  Task,
} from '@mdpd/core';
import { readImageSize } from '@mdpd/data/image-decode';
import { encodeImageTexts, parseImageText } from '@mdpd/data/image-text/input';
import { readerFiles, type ImageTextReader } from '@mdpd/data/image-text/reader';
import { clipBox, fromCentre, fromRaw, overlapOf, type Box } from './box-geometry.ts';
import { imageSizes, SIZES } from './image-sizes.ts';
import { boxDistillation, boxLoss } from './box-loss.ts';
import { boxMetrics, isFound, isSameBox, primaryMetrics, type BoxMetric } from './box-metrics.ts';

const example = 'the red circle on the left';

/** The box within the image. It has no value where it is NaN. */
function decodeBox(output: Float32Array, about?: HostRecord): Prediction {
  return readBox(fromRaw(output), about);
}

/** A box as shares of the image, for people. */
function readBox(shares: Box, about: HostRecord | undefined): Prediction {
  if (!shares.every(Number.isFinite)) return { value: 'no box' };
  const known = about?.[SIZES]?.data;
  const size = known ? { width: known[0]!, height: known[1]! } : { width: 100, height: 100 };
  const [x, y, width, height] = shares;
  const stretched: Box = [x * size.width, y * size.height, width * size.width, height * size.height];
  const box = clipBox(stretched, size);
  const unit = known ? '' : ' %';
  const [left, top, wide, high] = box.map((value) => `${Math.round(value)}${unit}`);
  const value = `x ${left}, y ${top}, width ${wide}, height ${high}`;
  if (!known) return { value };
  const [bx, by, bw, bh] = box.map((each) => Math.round(100 * each) / 100) as [
    number,
    number,
    number,
    number,
  ];
  return { value, box: [bx, by, bw, bh] };
}

/** Found where both boxes overlap as the primary metric asks. */
function judgeBox(
  output: Float32Array,
  target: HostRecord,
  about: HostRecord | undefined,
  metric: BoxMetric,
): Judgement {
  const wanted = target['box']?.data;
  if (!wanted) return {};
  const right = fromCentre([wanted[0]!, wanted[1]!, wanted[2]!, wanted[3]!]);
  const { value, box } = readBox(right, about);
  return {
    expected: value,
    ...(box ? { box } : {}),
    right: isFound(overlapOf(fromRaw(output), right)[metric]),
  };
}

/** Images with expressions as a user writes them. Throws IMAGE_TEXT_INPUT, and IMAGE_UNREADABLE naming the bad one. */
async function encode(inputs: readonly string[], reader: ImageTextReader): Promise<Batch> {
  const batch = await encodeImageTexts(inputs, reader, example);
  const paths = inputs.map((input) => parseImageText(input, example).path);
  const sizes = await Promise.all(paths.map((path) => readImageSize(path)));
  return { ...batch, about: imageSizes(sizes) };
}

export interface RefcocoTaskOptions {
  readonly reader: ImageTextReader;
  readonly splits: Readonly<Partial<Record<SplitName, Dataset>>>;
  /** Names of the numbers that targets have for `part`. */
  readonly parts: readonly string[];
  readonly metric: BoxMetric;
  readonly baseline?: ConstantAnswer | undefined;
}

export function createRefcocoTask(options: RefcocoTaskOptions): Task {
  const { reader, splits, parts, metric, baseline } = options;
  return {
    name: 'refcoco',
    ...(baseline ? { baseline } : {}),
    labels: [],
    head: { kind: 'box', outputs: 4, place: true },
    splits,
    primaryMetric: primaryMetrics[metric],
    loss: (output, target) => boxLoss(output, target['box']!),
    distill: boxDistillation,
    metrics: () => boxMetrics(parts),
    decode: decodeBox,
    judge: (output, target, about) => judgeBox(output, target, about, metric),
    sameOutput: isSameBox,
    encode: (inputs) => encode(inputs, reader),
    savedFiles: () => readerFiles(reader),
  };
}
