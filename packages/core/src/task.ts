/**
 * The task contract: data, head, loss, distillation, metrics, decoding. A task knows nothing about methods.
 *
 * Letters: B batch, C outputs.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { z } from 'zod';
import type { HeadKind } from './backbone.ts';
import type { Batch, Dataset, FolderSource, ImageSource, TextSource } from './dataset.ts';
import type { ProgressRecord } from './reporter.ts';
import type { HostRecord, InputSpec, JsonObject, TensorRecord } from './tensors.ts';

/** Names of splits. Examples of `unlabelled` have no target. */
export type SplitName = 'train' | 'validation' | 'test' | 'unlabelled';

/** A prediction for people and for JSON. */
export interface Prediction {
  /** What was predicted: a class name, an answer, a score as text. Two equal ones count as agreement (`Task.sameOutput`). */
  readonly value: string;
  /** Confidence in [0, 1], where the task has one. */
  readonly probability?: number;
  /** Best alternatives, best first, the prediction itself included. */
  readonly top?: readonly { readonly value: string; readonly probability: number }[];
  /** Where in the image it is: upper left corner, width and height, in pixels of the upright image as the file has it. */
  readonly box?: readonly [x: number, y: number, width: number, height: number];
}

/** What the label of an example says, and whether an answer is right. */
export interface Judgement {
  /** What the label says, as people read it: a class name, an answer, a score. Absent: there is no label. */
  readonly expected?: string;
  /** Where the label says it is, as `Prediction.box`. */
  readonly box?: NonNullable<Prediction['box']>;
  /** Absent: there is no label, or an answer is only more or less right (scores). */
  readonly right?: boolean;
}

/** Collects outputs of a split batch by batch. */
export interface MetricAccumulator {
  /** `output` is [rows, C], row-major; `target` the batch's host tensors, which may hold more rows (padding). */
  add(output: Float32Array, target: HostRecord, rows: number): void;
  /** Every metric under its published name. Degenerate input (one class, nothing added) gives 0, never NaN. */
  result(): Record<string, number>;
}

/** The head that a task asks the backbone for. */
export interface TaskHead {
  readonly kind: HeadKind;
  readonly outputs: number;
  /**
   * Whether the outputs are a place in what is read, which means over all tokens do not tell, and of which two right ones may
   * have a wrong one between them; default false.
   */
  readonly place?: boolean;
}

/** A task with its data opened: what the training loop, evaluation and prediction need of it. */
export interface Task {
  readonly name: string;
  /** Class names in label order (id2label). */
  readonly labels: readonly string[];
  readonly head: TaskHead;
  readonly splits: Readonly<Partial<Record<SplitName, Dataset>>>;
  /** Name of the metric that `result.json` calls primary; larger is better. */
  readonly primaryMetric: string;
  /**
   * Loss of every example, [B], from output [B, C] (or [B, N, C], where the head reads tokens). `smoothing` is the
   * share of a class label that is spread over all classes; tasks without classes ignore it.
   */
  loss(output: Tensor, target: Readonly<TensorRecord>, smoothing?: number): Tensor;
  /**
   * Distillation loss of every example, [B]; the teacher is not differentiated. For classes T²·KL(teacher ‖ student);
   * for a score the squared difference. Outputs of tokens count where `target` has a label; it is absent where some of
   * the examples have none, which happens to outputs [B, C] only.
   */
  distill(student: Tensor, teacher: Tensor, temperature: number, target?: Readonly<TensorRecord>): Tensor;
  /**
   * The teacher that the outputs of two models make together, of their shape; neither is differentiated. Absent: what the
   * kind of the head says, the mean of both distributions for classes, of every output's probability for `vqa` and `matching`,
   * and of both outputs for scores, boxes and embeddings.
   */
  ensemble?(first: Tensor, second: Tensor, temperature: number): Tensor;
  /** An accumulator for one evaluation. */
  metrics(): MetricAccumulator;
  /** What may be answered without looking, for comparison; absent: the task has no such answer, or no training data. */
  readonly baseline?: ConstantAnswer;
  /**
   * Reads one row of outputs, length C (N·C where the head reads tokens). `input` is what the backbone read and what the
   * batch has `about` it, each [1, …], where it is at hand: which of the tokens were asked for, how large the image was.
   */
  decode(output: Float32Array, input?: HostRecord): Prediction;
  /**
   * What the label of an example says, and whether this row of outputs, as `decode` reads it, is right by it. `target` and
   * `input` are the example's, each [1, …]. What `expected` and `box` are does not depend on the outputs. Asked for the page
   * of a run alone; absent: nothing is counted as right or wrong.
   */
  judge?(output: Float32Array, target: HostRecord, input?: HostRecord): Judgement;
  /**
   * Whether two models that gave these rows of outputs, each of length C, predict the same; absent: where they are decoded to
   * equal values. For outputs that are hardly ever equal, and few: those of a whole split are kept.
   */
  sameOutput?(first: Float32Array, second: Float32Array): boolean;
  /** Encodes what a user names on the command line (image paths). Throws the error that names the bad one. */
  encode(inputs: readonly string[]): Promise<Batch>;
  /** Files saved beside the model besides weights and config: `preprocessor_config.json`, a tokenizer's. */
  savedFiles(): Readonly<Record<string, SavedFile>>;
  /** How answers are sent to the server of a benchmark; absent: there is none. */
  readonly submission?: Submission;
  /** Where the head is `seq2seq` and answers are generated: evaluation and prediction read these, not outputs. */
  readonly answers?: Answers;
}

/** The same answer to every example. */
export interface ConstantAnswer {
  /** How it reads in a sentence: `always answering "yes"`. */
  readonly name: string;
  /** One row of outputs, length C. */
  readonly output: Float32Array;
}

/** Generated answers: tokens instead of logits. Letters: T most tokens of an answer. */
export interface Answers {
  /** T, the end included. */
  readonly tokens: number;
  /** As `Task.metrics`, of ids [rows, T] instead of logits; after the end stands padding. */
  metrics(): MetricAccumulator;
  /** Reads one row of ids, length T. */
  decode(ids: Float32Array): Prediction;
  /** As `Task.judge`, of one row of ids, length T. */
  judge?(ids: Float32Array, target: HostRecord): Judgement;
}

/** Examples whose labels only the server of a benchmark knows, and the files that it scores. */
export interface Submission {
  /** Opens the examples, by split name. */
  open(): Promise<Readonly<Record<string, Dataset>>>;
  /**
   * Writes the server's files into `folder` from the outputs of every split that `open` gave, [rows, C] in order; or from
   * the ids of its answers, [rows, T], where the task has `answers`.
   * Returns what was written, and what the server wants besides.
   */
  write(folder: string, outputs: Readonly<Record<string, Float32Array>>): WrittenSubmission;
}

/** What was written for those who score a benchmark. */
export interface WrittenSubmission {
  /** Path of the archive to send. */
  readonly archive: string;
  /** Paths of the files in it that this call wrote. */
  readonly files?: readonly string[];
  /** Files that the archive lacks, because other tasks write them. */
  readonly missing: readonly string[];
}

/** Content of a file beside the model: JSON, text or bytes. */
export type SavedFile = JsonObject | string | Uint8Array;

/** The model whose inputs a task prepares. */
export interface TaskBackbone {
  /** Name of its provider: `bert`. */
  readonly family: string;
  readonly config: JsonObject;
  /** Folder of its checkpoint, which may hold a tokenizer; undefined: fresh parameters. */
  readonly folder?: string;
}

/** What a task is opened with. */
export interface TaskContext<Data = unknown> {
  /** The recipe's `data`, parsed by `dataSchema`; undefined when a saved model is opened for `predict`. */
  readonly data: Data | undefined;
  /** Class names of a saved model; the data must not have others. */
  readonly labels?: readonly string[];
  readonly backbone: TaskBackbone;
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** JSON files of the backbone's folder by name (`preprocessor_config.json`), where present. */
  readonly backboneFiles: Readonly<Record<string, JsonObject>>;
  readonly sources: readonly ImageSource[];
  readonly textSources: readonly TextSource[];
  /** Named folders, which `openFolder` of `@mdpd/data` looks up; absent: there are none. */
  readonly folderSources?: readonly FolderSource[];
  /** Folder against which paths in `data` are resolved. */
  readonly directory: string;
  /** At most this many examples a split (`--smoke`). */
  readonly limit?: number;
  /** Only these splits are needed. */
  readonly splits?: readonly SplitName[];
  /** Says something to the user: skipped images, chosen defaults. */
  warn(message: string): void;
  /** Told about long work while the task opens: images decoded ahead. */
  progress?(record: ProgressRecord): void;
}

/** A task, as a plugin adds it: the schema of its data, and how it is opened. */
export interface TaskProvider<Data = unknown> {
  readonly name: string;
  readonly description: string;
  /** Schema of the recipe's `data`, strict, every key described. */
  readonly dataSchema: z.ZodType<Data>;
  /** Opens the data, and the task over them. */
  open(context: TaskContext<Data>): Promise<Task>;
  /**
   * Scores of a benchmark that consists of several data sets, by name, from the primary metrics of runs that differ
   * only in their data; nothing where the runs do not make up the benchmark.
   */
  aggregate?(runs: readonly AggregatedRun<Data>[]): Readonly<Record<string, number>>;
  /** Columns of the benchmark's table, which `aggregate` sums up. */
  readonly benchmark?: Benchmark<Data>;
}

/** The data sets of a benchmark. */
export interface Benchmark<Data = unknown> {
  /** Names in the order of published tables. */
  readonly parts: readonly string[];
  /** Those of them without which there are scores as well. */
  readonly optional?: readonly string[];
  /** Which of the parts a recipe's `data` is. */
  partOf(data: Data): string;
  /** Settings of the data with which figures are not comparable where they differ: `{ protocol: 'half' }`. */
  settingsOf(data: Data): Readonly<Record<string, unknown>>;
}

/** A run that counts towards the score of a benchmark. */
export interface AggregatedRun<Data = unknown> {
  /** The recipe's `data`. */
  readonly data: Data;
  /** Primary metric, in its own unit. */
  readonly value: number;
}
