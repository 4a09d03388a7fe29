/** The process that opens one large data set, goes once through it in random order, and says what that took. */
import { ImageDataset } from '@mdpd/data/image-dataset';
import { openSplit } from '@mdpd/data/open-split';
import { readPreprocessing } from '@mdpd/data/preprocessor-config';
import { epochOrder } from '@mdpd/data/sampler';
import { openTable } from '@mdpd/data/text/open-table';
import { peakBytes, residentBytes, resetPeak } from '../memory.ts';

export interface ScaleJob {
  readonly kind: 'table' | 'images';
  readonly folder: string;
  /** Below the folder. */
  readonly name: string;
}

export interface ScaleFigures {
  readonly size: number;
  /** Until examples can be asked for. */
  readonly openSeconds: number;
  /** Going through all of them once, in random order. */
  readonly epochSeconds: number;
  /** The most memory beyond that of the process at rest, while opening and while going through it. */
  readonly openBytes: number;
  readonly epochBytes: number;
  /** Of the order of an epoch. */
  readonly orderBytes: number;
}

const silent = (): void => undefined;
const batchSize = 50;
const side = 8;

interface Opened {
  readonly size: number;
  /** Reads some examples. */
  read(indices: readonly number[]): Promise<unknown>;
}

async function openRows({ folder, name }: ScaleJob): Promise<Opened> {
  const table = await openTable(`./${name}`, { sources: [], directory: folder, warn: silent });
  return {
    size: table.size,
    read: (indices) => Promise.resolve(indices.map((index) => table.row(index))),
  };
}

async function openImages({ folder, name }: ScaleJob): Promise<Opened> {
  const { images } = await openSplit(`./${name}`, { sources: [], directory: folder, warn: silent });
  const preprocessing = readPreprocessing({ preset: 'imagenet', inputShape: [3, side, side], warn: silent });
  const budget = { remaining: 512 * 2 ** 20 };
  const dataset = await ImageDataset.open(images, {
    preprocessing,
    onCorrupt: 'error',
    budget,
    warn: silent,
  });
  return {
    size: dataset.size,
    read: (indices) => dataset.load(indices, { augment: false, seed: 0, epoch: 0 }),
  };
}

export async function measure(job: ScaleJob): Promise<ScaleFigures> {
  const rest = residentBytes();
  resetPeak();
  const begin = performance.now();
  const opened = await (job.kind === 'table' ? openRows(job) : openImages(job));
  const openSeconds = (performance.now() - begin) / 1000;
  const openBytes = peakBytes() - rest;
  resetPeak();
  const middle = performance.now();
  const order = epochOrder(opened.size, 0, 1);
  for (let start = 0; start < order.length; start += batchSize)
    await opened.read([...order.subarray(start, start + batchSize)]);
  return {
    size: opened.size,
    openSeconds,
    epochSeconds: (performance.now() - middle) / 1000,
    openBytes,
    epochBytes: peakBytes() - rest,
    orderBytes: order.byteLength,
  };
}
