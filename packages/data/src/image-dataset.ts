/**
 * Images as batches for a backbone: decoded and resized ahead of training, augmented and normalised when loaded.
 *
 * Letters: B batch, C channels, H height, W width of the backbone's input.
 */
import {
  MdpdError,
  type Batch,
  type Dataset,
  type HostRecord,
  type ImageSet,
  type LoadOptions,
  type RawImage,
  type ShownExample,
} from '@mdpd/core';
import { createRandom } from '@mdpd/tensor/random';
import { augmentImage, augments, type AugmentSettings } from './augment.ts';
import { ByteStore, type MemoryBudget } from './byte-store.ts';
import { normalizationTable, prepareImage, writeFitted, writeInput } from './preprocess.ts';
import { fitOf, type Preprocessing } from './preprocessor-config.ts';

/** Images decoded at the same time. Each may hold its full size in memory. */
const concurrency = 4;
/** Skipped files that a warning names. */
const namedFiles = 10;

/** How `ImageDataset` reads a set of images. */
export interface ImageDatasetOptions {
  readonly preprocessing: Preprocessing;
  readonly augment?: AugmentSettings;
  /** Joint label of a label of the set; without it examples have no target. */
  readonly relabel?: (label: number) => number;
  /** What happens when an image cannot be read: the run fails, or goes on without it. */
  readonly onCorrupt: 'error' | 'skip';
  /** How many more bytes of decoded images may be kept; what does not fit is decoded again whenever it is loaded. */
  readonly budget: MemoryBudget;
  /** Told what is worth knowing about the data. */
  warn(message: string): void;
  /** Called while images are decoded ahead. */
  progress?(done: number, total: number): void;
}

function isUnreadable(error: unknown): error is MdpdError {
  return error instanceof MdpdError && error.code === 'IMAGE_UNREADABLE';
}

/** Decodes every image once and keeps what the budget allows. Gives the readable ones' numbers, in order. */
async function decodeAhead(
  images: ImageSet,
  store: ByteStore,
  widths: Int32Array | undefined,
  options: ImageDatasetOptions,
): Promise<Int32Array> {
  const readable = new Uint8Array(images.size);
  const failures: { index: number; error: MdpdError }[] = [];
  let next = 0;
  let done = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    while (next < images.size && !failed) {
      const index = next++;
      try {
        const image = prepareImage(await images.read(index), options.preprocessing);
        store.put(index, image.data);
        if (widths) widths[index] = image.channels === 1 ? -image.width : image.width;
        readable[index] = 1;
      } catch (error) {
        failed ||= options.onCorrupt === 'error' || !isUnreadable(error);
        if (!isUnreadable(error)) throw error;
        failures.push({ index, error });
      }
      options.progress?.(++done, images.size);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  failures.sort((a, b) => a.index - b.index);
  const [first] = failures;
  if (first && options.onCorrupt === 'error') throw first.error;
  if (first) reportSkipped(images, failures, options);
  return Int32Array.from(readable.keys()).filter((index) => readable[index] === 1);
}

function reportSkipped(
  images: ImageSet,
  failures: readonly { index: number }[],
  options: ImageDatasetOptions,
): void {
  const places = failures.slice(0, namedFiles).map(({ index }) => images.place(index));
  const others = failures.length > namedFiles ? ` and ${failures.length - namedFiles} more` : '';
  const list = `${places.join(', ')}${others}`;
  if (failures.length === images.size) {
    throw new MdpdError(
      'DATA_EMPTY',
      `none of the ${images.size} images of ${images.origin} can be read: ${list}`,
    );
  }
  options.warn(
    `${images.origin}: skipped ${failures.length} of ${images.size} images that cannot be read: ${list}`,
  );
}

/** `width`: negative for a grey image. */
function fittedImage(data: Uint8Array, width: number): RawImage {
  const channels = width < 0 ? 1 : 3;
  return { width: Math.abs(width), height: data.length / (Math.abs(width) * channels), channels, data };
}

interface Kept {
  readonly store: ByteStore;
  readonly widths: Int32Array | undefined;
}

/** A data set of images. Its targets are `label` [B], where the images have labels. */
export class ImageDataset implements Dataset {
  readonly size: number;
  readonly origin: string;
  /** Joint labels of all examples, or undefined where they have none. */
  readonly labels: Int32Array | undefined;
  private readonly images: ImageSet;
  /** Example number → number in `images`: unreadable ones are left out. */
  private readonly indices: Int32Array;
  private readonly store: ByteStore;
  /** Of prepared images by number in `images`, where they differ; negative for grey ones. */
  private readonly widths: Int32Array | undefined;
  private readonly preprocessing: Preprocessing;
  private readonly augment: AugmentSettings | undefined;
  private readonly table: Float32Array;

  private constructor(images: ImageSet, indices: Int32Array, kept: Kept, options: ImageDatasetOptions) {
    this.images = images;
    this.indices = indices;
    this.store = kept.store;
    this.widths = kept.widths;
    this.size = indices.length;
    this.origin = images.origin;
    this.preprocessing = options.preprocessing;
    this.augment = options.augment && augments(options.augment) ? options.augment : undefined;
    this.table = normalizationTable(options.preprocessing);
    const { relabel } = options;
    this.labels = relabel && indices.map((index) => relabel(images.label(index)!));
  }

  /** Decodes all images once. Throws IMAGE_UNREADABLE naming the first bad one, or DATA_EMPTY where none is left. */
  static async open(images: ImageSet, options: ImageDatasetOptions): Promise<ImageDataset> {
    const store = new ByteStore(images.size, options.budget);
    const widths = fitOf(options.preprocessing) && new Int32Array(images.size);
    const indices = await decodeAhead(images, store, widths, options);
    return new ImageDataset(images, indices, { store, widths }, options);
  }

  /** `pixel_values` [B, C, H, W] and `label` [B]; where images keep their shape also `pixel_mask` [B, H, W]. */
  async load(indices: readonly number[], options: LoadOptions): Promise<Batch> {
    const { channels, height, width } = this.preprocessing;
    const pixels = new Float32Array(indices.length * channels * height * width);
    const stride = channels * height * width;
    const mask = this.widths && new Int32Array(indices.length * height * width);
    // Cached images are written at once; the others are decoded by sharp's threads side by side.
    const waiting: Promise<void>[] = [];
    for (const [row, index] of indices.entries()) {
      const write = (image: RawImage): void => {
        const changed = this.changed(image, index, options);
        if (mask) writeFitted(changed, this.table, this.preprocessing, { pixels, mask }, row);
        else writeInput(changed, this.table, pixels, row * stride);
      };
      const image = this.prepared(index);
      if (image instanceof Promise) waiting.push(image.then(write));
      else write(image);
    }
    await Promise.all(waiting);
    const shape = [indices.length, channels, height, width];
    const input: HostRecord = { pixel_values: { data: pixels, shape, dtype: 'float32' } };
    if (mask) input['pixel_mask'] = { data: mask, shape: [indices.length, height, width], dtype: 'int32' };
    return { size: indices.length, input, target: this.target(indices) };
  }

  /** The image, decoded again: what is kept in memory is what the backbone reads. */
  async show(index: number): Promise<ShownExample> {
    return { image: await this.images.read(this.original(index)) };
  }

  /** Its number in `images`. */
  private original(index: number): number {
    const original = this.indices[index];
    if (original === undefined) throw new RangeError(`example ${index} of ${this.size}`);
    return original;
  }

  private prepared(index: number): RawImage | Promise<RawImage> {
    const { height, width } = this.preprocessing;
    const original = this.original(index);
    const data = this.store.get(original);
    if (data && this.widths) return fittedImage(data, this.widths[original]!);
    if (data) return { width, height, channels: data.length === width * height ? 1 : 3, data };
    return this.images.read(original).then((image) => prepareImage(image, this.preprocessing));
  }

  private changed(image: RawImage, index: number, options: LoadOptions): RawImage {
    if (!this.augment || !options.augment) return image;
    const key = `augment/${options.epoch}/${options.view ?? 0}/${this.indices[index]}`;
    return augmentImage(image, this.augment, createRandom(options.seed, key));
  }

  private target(indices: readonly number[]): HostRecord {
    const { labels } = this;
    if (!labels) return {};
    const data = Int32Array.from(indices, (index) => labels[index]!);
    return { label: { data, shape: [indices.length], dtype: 'int32' } };
  }
}
