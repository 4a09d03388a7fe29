/** Data sets as the training loop sees them, and the sources that tasks read. */
import type { HostRecord } from './tensors.ts';

/** B examples, ready for a backbone, in memory of JavaScript. */
export interface Batch {
  /** B, number of examples. */
  readonly size: number;
  /** Backbone inputs, each [B, …]. */
  readonly input: HostRecord;
  /** What the task's loss compares with, each [B, …]. Empty for unlabelled data. */
  readonly target: HostRecord;
  /** What only reading the outputs needs (sizes of images before they were resized), each [B, …]; no backbone sees it. */
  readonly about?: HostRecord;
}

/** How examples are loaded: plain, or augmented by these random numbers. */
export interface LoadOptions {
  /** Random augmentation as the recipe's `data.augment` says; without it the plain example. */
  readonly augment: boolean;
  /** Augmentation depends on (seed, epoch, view, index) alone, so that a resumed run sees the same examples. */
  readonly seed: number;
  readonly epoch: number;
  /** Distinguishes several augmented views of one example in one step. */
  readonly view?: number;
}

/** A split: examples by number, loaded in batches. The same arguments give the same bytes. */
export interface Dataset {
  readonly size: number;
  /** Where it comes from, for messages: `mnist:train[:1000]`. */
  readonly origin: string;
  /**
   * Examples of one bucket have inputs of one shape, others may not: the training loop makes every batch of one
   * bucket. A batch of several gets the shape of the largest number. Absent: all are alike.
   */
  bucket?(index: number): number;
  /** The examples of these numbers, in this order. */
  load(indices: readonly number[], options: LoadOptions): Promise<Batch>;
  /** Example `index` as people see it, for the page of a run. Absent: it is not shown. */
  show?(index: number): Promise<ShownExample>;
}

/** An example as people see it: what was read before anything was encoded. */
export interface ShownExample {
  /** What was asked, in order: a sentence, both of a pair, a question. Long ones may be cut. */
  readonly texts?: readonly string[];
  /** Upright, as the file has it or smaller. */
  readonly image?: RawImage;
  /** Sides of the upright image as the file has it, in pixels, where `image` may be smaller: boxes are in these. */
  readonly imageSize?: { readonly width: number; readonly height: number };
}

/** One decoded image: rows from the top, channels interleaved. */
export interface RawImage {
  readonly width: number;
  readonly height: number;
  /** 1 (grey) or 3 (RGB). */
  readonly channels: 1 | 3;
  /** height · width · channels bytes. */
  readonly data: Uint8Array;
}

/** Labelled images behind one split specification (`mnist:train[:1000]`, `./photos/train`). */
export interface ImageSet {
  readonly size: number;
  readonly origin: string;
  /** Class names in label order, where the source knows them. */
  readonly labels?: readonly string[];
  /** Label of example `index`, or undefined where images have none. */
  label(index: number): number | undefined;
  /** Human-readable place of example `index`, for messages (a path, or `mnist:train[17]`). */
  place(index: number): string;
  /** Decodes an image. */
  read(index: number): Promise<RawImage>;
}

/** What a source is told about the command that opens it. */
export interface SourceContext {
  /** Folder against which relative paths are resolved: the working directory of the command. */
  readonly directory: string;
}

/** A named source of images: `mnist` serves `mnist:train` and `mnist:test`. */
export interface ImageSource {
  readonly name: string;
  readonly description: string;
  /** Splits, with the number of images where it is known without reading. */
  readonly splits: Readonly<Record<string, number | undefined>>;
  /** Opens a split. Throws DATA_SOURCE_MISSING with the command to install what it reads. */
  open(split: string, context: SourceContext): Promise<ImageSet>;
}

/** Told about long work while a folder is made ready. */
export interface FolderContext extends SourceContext {
  /** Called while the folder is prepared. */
  progress?(done: number, total: number): void;
}

/**
 * A named folder of files in the layout of a data set, written where it is first asked for: `zoo:scenes` stands wherever a
 * task expects a folder.
 */
export interface FolderSource {
  readonly name: string;
  readonly description: string;
  /** Absolute path of the folder, with all its files. What is there already is not written again. */
  prepare(context: FolderContext): Promise<string>;
}

/** A row of a table by column name; what is missing is null. */
export type TextRow = Readonly<Record<string, string | number | null>>;

/** Rows behind one split of a text source or file. */
export interface TextTable {
  readonly size: number;
  readonly origin: string;
  /** Column names, in order. */
  readonly columns: readonly string[];
  /** Class names by column, where the file says them (Parquet of Hugging Face). */
  readonly classNames?: Readonly<Record<string, readonly string[]>>;
  /** Cells of a row by column. */
  row(index: number): TextRow;
  /** Human-readable place of row `index`, for messages: `dev.tsv:17`. */
  place(index: number): string;
}

/** A named source of text: `spam` serves `spam:train` and `spam:test`. */
export interface TextSource {
  readonly name: string;
  readonly description: string;
  /** Splits, with the number of rows where it is known without reading. */
  readonly splits: Readonly<Record<string, number | undefined>>;
  /** Opens a split. Throws DATA_SOURCE_MISSING with the command to install what it reads. */
  open(split: string, context: SourceContext): Promise<TextTable>;
}
