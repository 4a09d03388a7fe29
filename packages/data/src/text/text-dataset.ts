/**
 * Texts as batches for a backbone: encoded once, padded to few lengths when loaded.
 *
 * Letters: B batch, N tokens of the batch's bucket.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import {
  MdpdError,
  type Batch,
  type Dataset,
  type HostRecord,
  type HostTensor,
  type LoadOptions,
} from '@mdpd/core';
import { bucketOf, chooseBuckets } from './buckets.ts';
import { buildExample } from './encode.ts';
import { TokenStore, type StoredTokens } from './token-store.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Examples encoded between two chances for others to run. */
const examplesAtOnce = 512;
/** Inputs that a text gives. */
const textInputs = ['input_ids', 'attention_mask', 'token_type_ids'];

/** Texts by number. */
export interface TextExamples {
  readonly size: number;
  readonly origin: string;
  /** One text, or two that belong together. Read once. */
  text(index: number): readonly [first: string, second?: string];
}

/** One number an example; none for unlabelled data. */
export interface TextTargets {
  readonly label?: Int32Array;
  readonly score?: Float32Array;
}

/** How `TextDataset` encodes and pads texts. */
export interface TextDatasetOptions {
  readonly tokenizer: Tokenizer;
  /** Longest example in tokens; longer ones are cut. */
  readonly maxLength: number;
  /** Inputs of the backbone, of `input_ids`, `attention_mask` and `token_type_ids`. */
  readonly inputs: readonly string[];
  readonly targets: TextTargets;
  /** Padded lengths, ascending, or how they follow from the longest example; without them they are chosen. */
  readonly buckets?: readonly number[] | ((longest: number) => readonly number[]);
  /** Examples that a chosen bucket needs; default 1. */
  readonly fewestExamples?: number;
  /** Called while texts are encoded. */
  progress?(done: number, total: number): void;
}

interface Encoded {
  readonly tokens: StoredTokens;
  /** histogram[n] examples have n tokens. */
  readonly histogram: Uint32Array;
  readonly truncated: number;
}

async function encodeAll(examples: TextExamples, options: TextDatasetOptions): Promise<Encoded> {
  const { tokenizer, maxLength } = options;
  const store = new TokenStore(tokenizer.vocabSize, options.inputs.includes('token_type_ids'));
  const histogram = new Uint32Array(maxLength + 1);
  let truncated = 0;
  for (let index = 0; index < examples.size; index++) {
    const [first, second] = examples.text(index);
    const a = tokenizer.encodeIds(first);
    const b = second === undefined ? undefined : tokenizer.encodeIds(second);
    const built = buildExample(tokenizer, a, b, maxLength);
    if (a.length + (b?.length ?? 0) + tokenizer.specials(b !== undefined) > built.ids.length) truncated++;
    store.add(built);
    histogram[built.ids.length]!++;
    if ((index + 1) % examplesAtOnce !== 0 && index + 1 < examples.size) continue;
    options.progress?.(index + 1, examples.size);
    await breathe();
  }
  return { tokens: store.finish(), histogram, truncated };
}

function checkOptions(examples: TextExamples, { inputs, targets }: TextDatasetOptions): void {
  const foreign = inputs.find((name) => !textInputs.includes(name));
  if (foreign !== undefined) {
    const message = `the backbone's input "${foreign}" is not made of text`;
    throw new MdpdError('TEXT_INPUTS', message, { place: examples.origin, allowed: textInputs, exitCode: 2 });
  }
  for (const [name, values] of Object.entries(targets) as [string, Int32Array | Float32Array | undefined][]) {
    if (values && values.length !== examples.size)
      throw new RangeError(`${values.length} values of ${name} for ${examples.size} examples`);
  }
}

/**
 * A data set of texts. Inputs are those that the backbone names, int32 [B, N]; targets are `label` int32 [B] or `score`
 * float32 [B].
 */
export class TextDataset implements Dataset {
  readonly size: number;
  readonly origin: string;
  /** Padded lengths, ascending. */
  readonly buckets: readonly number[];
  /** Examples that were cut to the longest length. */
  readonly truncated: number;
  readonly targets: TextTargets;
  private readonly tokens: StoredTokens;
  private readonly inputs: readonly string[];
  private readonly padId: number;
  private readonly padTokenTypeId: number;
  /** Number of the bucket, by length. */
  private readonly bucketByLength: Int32Array;

  private constructor(examples: TextExamples, encoded: Encoded, options: TextDatasetOptions) {
    this.size = examples.size;
    this.origin = examples.origin;
    this.tokens = encoded.tokens;
    this.truncated = encoded.truncated;
    this.targets = options.targets;
    this.inputs = options.inputs;
    this.padId = options.tokenizer.padId;
    this.padTokenTypeId = options.tokenizer.padTokenTypeId;
    const { histogram } = encoded;
    const { buckets: given } = options;
    const buckets =
      (typeof given === 'function' ? given(histogram.findLastIndex((count) => count > 0)) : given) ??
      chooseBuckets(histogram, options);
    this.buckets = buckets;
    this.bucketByLength = Int32Array.from(histogram, (count, length) =>
      count === 0 ? -1 : buckets.indexOf(bucketOf(length, buckets)),
    );
  }

  /**
   * Encodes all texts once. Throws TEXT_LENGTH where `maxLength` does not hold the special tokens, TEXT_INPUTS where the
   * backbone asks for more than text, RangeError where given buckets are too short.
   */
  static async open(examples: TextExamples, options: TextDatasetOptions): Promise<TextDataset> {
    checkOptions(examples, options);
    return new TextDataset(examples, await encodeAll(examples, options), options);
  }

  /** Number of the bucket in `buckets`. */
  bucket(index: number): number {
    return this.bucketByLength[this.length(index)]!;
  }

  /** Tokens of an example, special ones included, before padding. */
  length(index: number): number {
    if (!(index >= 0 && index < this.size)) throw new RangeError(`example ${index} of ${this.size}`);
    return this.tokens.length(index);
  }

  /** Texts are not augmented: the options change nothing. */
  load(indices: readonly number[], _options?: LoadOptions): Promise<Batch> {
    const length = indices.reduce((most, index) => Math.max(most, this.buckets[this.bucket(index)]!), 0);
    const shape = [indices.length, length];
    const input: HostRecord = {};
    for (const name of this.inputs)
      input[name] = { data: this.fill(name, indices, length), shape, dtype: 'int32' };
    return Promise.resolve({ size: indices.length, input, target: this.target(indices) });
  }

  /** [B, N]. */
  private fill(name: string, indices: readonly number[], length: number): Int32Array {
    const data = new Int32Array(indices.length * length);
    if (name === 'input_ids') data.fill(this.padId);
    if (name === 'token_type_ids') data.fill(this.padTokenTypeId);
    for (const [row, index] of indices.entries()) {
      const at = row * length;
      if (name === 'input_ids') this.tokens.copyIds(index, data, at);
      else if (name === 'token_type_ids') this.tokens.copyTypes(index, data, at);
      else data.fill(1, at, at + this.tokens.length(index));
    }
    return data;
  }

  private target(indices: readonly number[]): HostRecord {
    const { label, score } = this.targets;
    const shape = [indices.length];
    const entries: [string, HostTensor][] = [];
    if (label)
      entries.push([
        'label',
        { data: Int32Array.from(indices, (index) => label[index]!), shape, dtype: 'int32' },
      ]);
    if (score)
      entries.push([
        'score',
        { data: Float32Array.from(indices, (index) => score[index]!), shape, dtype: 'float32' },
      ]);
    return Object.fromEntries(entries);
  }
}
