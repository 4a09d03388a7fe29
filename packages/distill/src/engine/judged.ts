/**
 * Which predictions of a split are right: a few numbers an example, whatever the size of its outputs.
 *
 * Letters: C outputs.
 */
import { messageOf, type Batch, type HostRecord, type Prediction, type Task } from '@mdpd/core';

/** What was found of every example, by its number. */
export interface Judged {
  /** 1 right, 0 wrong, −1 not known. */
  readonly right: Int8Array;
  /** Number of the task's label that was right, −1 where it is none of them. */
  readonly expected: Int32Array;
  /** Number of the task's label that was predicted, −1 where it is none of them. */
  readonly predicted: Int32Array;
  /** Of the prediction; NaN where the task gives none. */
  readonly probability: Float32Array;
  /** Predicted boxes, [examples · 4], NaN where there is none; absent where no prediction has any. */
  readonly boxes?: Float64Array;
  /** Why examples were not judged, where the task could not. */
  readonly failure?: string;
}

type Reader = Pick<Task, 'decode' | 'judge'>;

/** One example of a record of [B, …] tensors, as [1, …]; nothing is copied. */
export function exampleOf(record: HostRecord, row: number): HostRecord {
  const entries = Object.entries(record).map(([name, { data, shape, dtype }]) => {
    const size = data.length / shape[0]!;
    const own = data.subarray(row * size, (row + 1) * size);
    return [name, { data: own, shape: [1, ...shape.slice(1)], dtype }] as const;
  });
  return Object.fromEntries(entries);
}

/** What the reading of an example's outputs may look at, as `Task.decode` takes it. */
export const besideOutput = (
  { input, about = {} }: Pick<Batch, 'input' | 'about'>,
  row: number,
): HostRecord => exampleOf({ ...input, ...about }, row);

/** Collects judgements example by example. What a task's `judge` throws ends the judging, not the evaluation. */
export class Judging {
  private readonly reader: Reader;
  private readonly numbers: ReadonlyMap<string, number>;
  private readonly found: Omit<Judged, 'boxes' | 'failure'>;
  private boxes: Float64Array | undefined;
  private failure: string | undefined;

  /** @param examples - most examples, and one more than the largest number of one */
  constructor(reader: Reader, labels: readonly string[], examples: number) {
    this.reader = reader;
    this.numbers = new Map(labels.map((label, number) => [label, number] as const).reverse());
    this.found = {
      right: new Int8Array(examples).fill(-1),
      expected: new Int32Array(examples).fill(-1),
      predicted: new Int32Array(examples).fill(-1),
      probability: new Float32Array(examples).fill(NaN),
    };
  }

  /** The prediction from one row of outputs, [C], of example `index`, which stands at `row` of its batch. */
  read(index: number, output: Float32Array, batch: Batch, row: number): Prediction {
    if (this.failure !== undefined) return this.reader.decode(output);
    try {
      const beside = besideOutput(batch, row);
      const prediction = this.reader.decode(output, beside);
      this.keep(index, prediction);
      const { expected, right } = this.reader.judge!(output, exampleOf(batch.target, row), beside);
      this.found.expected[index] = this.numberOf(expected);
      if (right !== undefined) this.found.right[index] = Number(right);
      return prediction;
    } catch (thrown) {
      this.failure = messageOf(thrown);
      return this.reader.decode(output);
    }
  }

  /** What was found so far. */
  result(): Judged {
    return {
      ...this.found,
      ...(this.boxes ? { boxes: this.boxes } : {}),
      ...(this.failure === undefined ? {} : { failure: this.failure }),
    };
  }

  private keep(index: number, { value, probability, box }: Prediction): void {
    this.found.predicted[index] = this.numberOf(value);
    if (probability !== undefined) this.found.probability[index] = probability;
    if (!box) return;
    this.boxes ??= new Float64Array(4 * this.found.right.length).fill(NaN);
    this.boxes.set(box, 4 * index);
  }

  private numberOf(label: string | undefined): number {
    return label === undefined ? -1 : (this.numbers.get(label) ?? -1);
  }
}
