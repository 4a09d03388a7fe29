/** What can become a model file, and what it is before it is written. */
import { MdpdError, type HostRecord, type InputSpec, type Params, type TensorRecord } from '@mdpd/core';
import type { Graph, Value } from '../graph.ts';
import type { Dimension } from '../to-onnx.ts';

/** Letters: B batch. */
export interface ExportableModel {
  /** Outputs by name, each [B, …]: a pure function of its arguments, with shapes that depend on shapes alone. */
  forward(params: Params, input: Readonly<TensorRecord>): Readonly<TensorRecord>;
  readonly parameters: HostRecord;
  /** Inputs by name, shapes without the batch axis. Those with `variable` axes take any number of tokens. */
  readonly inputs: Readonly<Record<string, InputSpec>>;
}

/** A graph of any sizes, with its parameters as constants. */
export interface ModelGraph {
  /** Lengths in it that depend on sizes are those of one example; see `dynamicSizes`. */
  readonly graph: Graph;
  /** Names of parameters; other constants are helpers. */
  readonly parameterNames: ReadonlyMap<Value, string>;
  /** Shapes of inputs and outputs by name, with names for what is any size. */
  readonly shapes: Readonly<Record<string, readonly Dimension[]>>;
}

/** A length that a file leaves open. */
export interface DynamicSize {
  /** Name of the axis in the file. */
  readonly axisName: string;
  /** An input that has it, and in which axis. */
  readonly input: string;
  readonly axis: number;
  /** Two examples. */
  readonly examples: readonly [number, number];
}

/** Letter of the size in a place, for messages: B, N, N2, … */
export const sizeLetter = (place: number): string => (place === 0 ? 'B' : place === 1 ? 'N' : `N${place}`);

const batchAxis = 'batch_size';

/** Name of a variable axis: inputs of a decoder have lengths of their own, others have one in common. */
const tokensAxis = (input: string): string =>
  input.startsWith('decoder_') ? 'decoder_sequence_length' : 'sequence_length';

/**
 * Batch sizes at which the function is traced. Primes that are no length of a model, so that equal lengths are equal
 * for a reason; only shapes are computed.
 */
const batches = [1009, 1013] as const;

/**
 * The batch, then what is variable. Numbers of tokens are primes as well, shorter than the most that there can be.
 *
 * @throws EXPORT_TOKENS where the most is too few to tell them from other lengths
 */
export function dynamicSizesOf({ inputs, parameters }: ExportableModel): DynamicSize[] {
  const names = Object.keys(inputs);
  const sizes: DynamicSize[] = [{ axisName: batchAxis, input: names[0]!, axis: 0, examples: batches }];
  const taken = new Set(Object.values(parameters).flatMap(({ shape }) => shape));
  for (const name of names) {
    const { shape, variable = [] } = inputs[name]!;
    for (const axis of variable) {
      const axisName = tokensAxis(name);
      if (sizes.some((size) => size.axisName === axisName)) continue;
      const examples = primesBelow(mostOf(inputs, axisName), taken);
      if (!examples) throw tooFew(name, shape[axis]!);
      examples.forEach((prime) => taken.add(prime));
      sizes.push({ axisName, input: name, axis: axis + 1, examples });
    }
  }
  return sizes;
}

/** The fewest of the most tokens that inputs with this axis take. */
function mostOf(inputs: ExportableModel['inputs'], axisName: string): number {
  const lengths = Object.entries(inputs).flatMap(([name, { shape, variable = [] }]) =>
    tokensAxis(name) === axisName ? variable.map((axis) => shape[axis]!) : [],
  );
  return Math.min(...lengths);
}

/** The two largest primes below `most` (and below the batch sizes) that are not taken; else any that are. */
function primesBelow(most: number, taken: ReadonlySet<number>): readonly [number, number] | undefined {
  const isPrime = (n: number): boolean => {
    for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
    return n > 1;
  };
  const primes: number[] = [];
  for (let n = Math.min(most, batches[0]) - 1; n > 1; n--) if (isPrime(n)) primes.push(n);
  const free = primes.filter((prime) => !taken.has(prime));
  const [first, second] = free.length > 1 ? free : primes;
  return first !== undefined && second !== undefined ? [first, second] : undefined;
}

function tooFew(input: string, most: number): MdpdError {
  return new MdpdError(
    'EXPORT_TOKENS',
    `${input} takes at most ${most} tokens: too few to find out what depends on their number`,
    { allowed: 'models of at least 4 tokens' },
  );
}

/** Shapes of the inputs in the file. */
export function inputShapes({ inputs }: ExportableModel): Record<string, Dimension[]> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, variable = [] }]) => [
      name,
      [batchAxis, ...shape.map((length, axis) => (variable.includes(axis) ? tokensAxis(name) : length))],
    ]),
  );
}
