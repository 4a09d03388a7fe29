/**
 * Texts with hidden tokens as batches for a backbone: encoded once, hidden anew whenever they are loaded.
 *
 * Letters: B batch, N tokens of the batch's bucket.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import {
  MdpdError,
  type Batch,
  type Dataset,
  type HostRecord,
  type LoadOptions,
  type RandomSource,
} from '@mdpd/core';
import { bucketOf, chooseBuckets } from '@mdpd/data/text/buckets';
import type { Tokenizer } from '@mdpd/data/text/tokenizer';
import { TokenStore, type StoredTokens } from '@mdpd/data/text/token-store';
import { createRandom } from '@mdpd/tensor/random';
import { noLabel } from '@mdpd/tensor/token-losses';
import { maskTokens, type MaskingRules } from '@mdpd/data/text/mask-tokens';
import { windowsOf } from './mlm-windows.ts';
import type { TextExamples } from './text-examples.ts';

/** Texts encoded between two chances for others to run. */
const textsAtOnce = 64;
/** Examples that a padded length needs: fewer are not worth a graph of their own. */
const fewestExamples = 64;

export interface MlmDataOptions {
  readonly tokenizer: Tokenizer;
  readonly maxLength: number;
  /** Inputs of the backbone, of `input_ids`, `attention_mask` and `token_type_ids`. */
  readonly inputs: readonly string[];
  readonly rules: MaskingRules;
  /** Padded lengths, ascending; without them they are chosen for these texts. */
  readonly buckets?: readonly number[];
  /** At most so many examples, evenly spread. */
  readonly limit?: number;
  /** Called while texts are encoded. */
  progress?(done: number, total: number): void;
}

/** Token ids of every example, special ones included, and histogram[n]: how many have n tokens. */
interface Encoded {
  readonly tokens: StoredTokens;
  readonly histogram: Uint32Array;
}

async function encodeAll(examples: TextExamples, options: MlmDataOptions): Promise<Encoded> {
  const { tokenizer, maxLength, rules } = options;
  const store = new TokenStore(tokenizer.vocabSize, false);
  const histogram = new Uint32Array(maxLength + 1);
  const room = maxLength - tokenizer.specials(false);
  for (let index = 0; index < examples.size; index++) {
    const ids = tokenizer.encodeIds(examples.text(index)[0]);
    for (const [start, end] of windowsOf(ids.length, room)) {
      const own = ids.slice(start, end);
      // Nothing could be guessed.
      if (own.every((id) => rules.special.has(id))) continue;
      const built = tokenizer.build(own);
      store.add(built);
      histogram[built.ids.length]!++;
    }
    if ((index + 1) % textsAtOnce !== 0 && index + 1 < examples.size) continue;
    options.progress?.(index + 1, examples.size);
    await breathe();
  }
  return { tokens: store.finish(), histogram };
}

/**
 * Which tokens are hidden depends on (seed, epoch, view, index) alone; without augmentation on the index alone, so that
 * evaluation always asks the same.
 */
function randomOf(index: number, { augment, seed, epoch, view = 0 }: LoadOptions): RandomSource {
  return augment
    ? createRandom(seed, 'mask').fork(`${epoch}/${view}/${index}`)
    : createRandom(0, 'fixed mask').fork(String(index));
}

/** Inputs as the backbone names them, int32 [B, N]; target `labels`, int32 [B, N], −100 where nothing is to be guessed. */
class MlmDataset implements Dataset {
  readonly size: number;
  readonly origin: string;
  /** Numbers of the examples in `tokens`: all, or evenly spread. */
  private readonly chosen: Int32Array;
  private readonly tokens: StoredTokens;
  private readonly buckets: readonly number[];
  private readonly options: MlmDataOptions;

  constructor(origin: string, { tokens, histogram }: Encoded, options: MlmDataOptions) {
    this.origin = origin;
    this.tokens = tokens;
    this.options = options;
    this.size = Math.min(options.limit ?? tokens.size, tokens.size);
    this.chosen = Int32Array.from({ length: this.size }, (_, index) =>
      Math.floor((index * tokens.size) / this.size),
    );
    this.buckets = options.buckets ?? chooseBuckets(histogram, { ...options, fewestExamples });
  }

  private lengthOf(index: number): number {
    if (!(index >= 0 && index < this.size)) throw new RangeError(`example ${index} of ${this.size}`);
    return this.tokens.length(this.chosen[index]!);
  }

  bucket(index: number): number {
    return this.buckets.indexOf(bucketOf(this.lengthOf(index), this.buckets));
  }

  load(indices: readonly number[], options: LoadOptions): Promise<Batch> {
    const { inputs, tokenizer, rules } = this.options;
    const length = indices.reduce((most, index) => Math.max(most, this.buckets[this.bucket(index)]!), 0);
    const size = indices.length * length;
    const ids = new Int32Array(size).fill(tokenizer.padId);
    const labels = new Int32Array(size).fill(noLabel);
    const mask = new Int32Array(size);
    for (const [row, index] of indices.entries()) {
      const [from, to] = [row * length, row * length + this.lengthOf(index)];
      this.tokens.copyIds(this.chosen[index]!, ids, from);
      labels.set(maskTokens(ids.subarray(from, to), rules, randomOf(index, options)), from);
      mask.fill(1, from, to);
    }
    const all: Readonly<Record<string, Int32Array>> = {
      input_ids: ids,
      attention_mask: mask,
      token_type_ids: new Int32Array(size),
    };
    const tensor = (data: Int32Array) => ({ data, shape: [indices.length, length], dtype: 'int32' }) as const;
    const input: HostRecord = Object.fromEntries(inputs.map((name) => [name, tensor(all[name]!)]));
    return Promise.resolve({ size: indices.length, input, target: { labels: tensor(labels) } });
  }
}

/** Encodes all texts once, cut into examples. Throws TEXT_EMPTY where the tokenizer knows none of their words. */
export async function openMlmData(examples: TextExamples, options: MlmDataOptions): Promise<Dataset> {
  const encoded = await encodeAll(examples, options);
  if (encoded.tokens.size > 0) return new MlmDataset(examples.origin, encoded, options);
  throw new MdpdError('TEXT_EMPTY', `the tokenizer knows no word of ${examples.origin}`, {
    allowed: `${examples.size} texts were read`,
    fix: 'is it the language of the tokenizer, and the column of the text?',
    exitCode: 2,
  });
}
