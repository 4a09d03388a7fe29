/**
 * Inputs of a batch for any backbone: normal numbers for images, texts of different lengths for language.
 *
 * Letters: B batch, N tokens.
 */
import type { Backbone, HostRecord, HostTensor, InputSpec } from '@mdpd/core';
import { hostTensor, sizeOf } from '@mdpd/tensor/host';
import { createRandom, type Random } from '@mdpd/tensor/random';
import { randomInput, type InputMaker } from '../model-under-test.ts';

/** Tokens fewer than there may be, where there are as many: checks must not rest on the largest number. */
const FEWER = 2;

const isVariable = (spec: InputSpec): boolean => (spec.variable?.length ?? 0) > 0;

/** Whether inputs of a backbone may be shorter than they say. */
export function takesLengths({ inputs }: Pick<Backbone, 'inputs'>): boolean {
  return Object.values(inputs).some(isVariable);
}

/**
 * Inputs as Hugging Face names them. Inputs of texts have one variable axis; those whose names begin with `decoder_` have
 * lengths of their own. Ids are below `vocabulary` and are not padding, where `pad_token_id` of config.json says what is.
 */
export const sampleInput =
  (vocabulary: number): InputMaker =>
  (backbone, batch, seed) => {
    const plain = randomInput(backbone, batch, seed);
    const texts = Object.entries(backbone.inputs).filter(([, spec]) => isVariable(spec));
    return {
      ...plain,
      ...Object.fromEntries(
        texts.map(([name, spec]) => [name, text(backbone, name, spec, batch, seed, vocabulary)]),
      ),
    };
  };

function text(
  { config }: Backbone,
  name: string,
  { shape: [most] }: InputSpec,
  batch: number,
  seed: number,
  vocabulary: number,
): HostTensor {
  const padding = typeof config['pad_token_id'] === 'number' ? config['pad_token_id'] : 0;
  const isIds = !/mask$|token_type_ids$/.test(name);
  const tokens = Math.max(1, most! - FEWER);
  const random = createRandom(seed, `input ${name}`);
  const lengths = lengthsOf(
    createRandom(seed, name.startsWith('decoder_') ? 'decoder lengths' : 'lengths'),
    batch,
    tokens,
  );
  const values = lengths.flatMap((length) =>
    Array.from({ length: tokens }, (_, at) => {
      if (at >= length) return isIds ? padding : 0;
      if (!isIds) return name.endsWith('mask') ? 1 : random.integer(2);
      return wordOf(random, vocabulary, padding);
    }),
  );
  return hostTensor(values, [batch, tokens], 'int32');
}

/** The first text has all tokens, the second half of them, the rest any number. */
function lengthsOf(random: Random, batch: number, tokens: number): number[] {
  return Array.from({ length: batch }, (_, row) => {
    if (row === 0) return tokens;
    return row === 1 ? Math.ceil(tokens / 2) : 1 + random.integer(tokens);
  });
}

function wordOf(random: Random, vocabulary: number, padding: number): number {
  const word = random.integer(vocabulary - 1);
  return word < padding ? word : word + 1;
}

/** The same texts with as much padding as there is room for: zeros in all inputs. */
export function padded({ inputs }: Backbone, given: HostRecord): HostRecord {
  return Object.fromEntries(
    Object.entries(given).map(([name, tensor]) => {
      const spec = inputs[name]!;
      return [name, isVariable(spec) ? lengthened(tensor, spec.shape[0]!) : tensor] as const;
    }),
  );
}

function lengthened({ data, shape, dtype }: HostTensor, tokens: number): HostTensor {
  const [batch, before] = shape as [number, number];
  const longer = hostTensor(Array<number>(sizeOf([batch, tokens])).fill(0), [batch, tokens], dtype);
  for (let row = 0; row < batch; row++) {
    longer.data.set(data.subarray(row * before, (row + 1) * before), row * tokens);
  }
  return longer;
}
