/** Split specifications: what a recipe writes under `data.train`, parsed but not yet opened. */
import { MdpdError } from '@mdpd/core';

/** One end of a slice: an example number, or a percentage of the split. Negative ones count from the end. */
export interface Bound {
  readonly value: number;
  readonly percent: boolean;
}

/** A range of examples, as `[start:stop]` says it. */
export interface Slice {
  readonly start?: Bound;
  readonly stop?: Bound;
}

interface PartBase {
  readonly slice?: Slice;
  /** The part as written, for messages. */
  readonly text: string;
}

/** `mnist:train[:1000]`. */
export interface SourcePart extends PartBase {
  readonly kind: 'source';
  readonly source: string;
  readonly split: string;
}

/** A folder of images, or a list file. */
export interface PathPart extends PartBase {
  readonly kind: 'path';
  readonly path: string;
}

/** One of the parts that a specification joins by " + ". */
export type SplitPart = SourcePart | PathPart;

/** What a specification of images may look like, for messages. */
export const imageForms =
  'NAME:SPLIT (mnist:train), a folder (./photos/train) or a list file (./cifar/train800.txt), each with an ' +
  'optional slice ([:1000], [800:], [-200:], [:80%]), several joined by " + "';
const longestSpec = 4096;

/** For messages. */
interface SpecContext {
  readonly place: string | undefined;
  readonly forms: string;
}

function reject(message: string, { place, forms }: SpecContext): never {
  throw new MdpdError('DATA_SPEC', message, { place, allowed: forms, exitCode: 2 });
}

function parseBound(text: string, whole: string, context: SpecContext): Bound | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (!/^-?\d{1,12}%?$/.test(trimmed))
    reject(`"${trimmed}" in the slice of "${whole}" is not a number`, context);
  const percent = trimmed.endsWith('%');
  const value = Number(percent ? trimmed.slice(0, -1) : trimmed);
  if (percent && Math.abs(value) > 100)
    reject(`"${trimmed}" in the slice of "${whole}" is above 100%`, context);
  return { value, percent };
}

/** Separates `[start:stop]` from the end of a part. Brackets without a colon belong to a path's name. */
function separateSlice(text: string, context: SpecContext): { head: string; slice?: Slice } {
  const match = /^([^]*)\[([^[\]]*:[^[\]]*)\]$/.exec(text);
  if (!match) return { head: text };
  const [, head = '', inside = ''] = match;
  const ends = inside.split(':');
  if (ends.length !== 2) reject(`the slice [${inside}] of "${text}" has more than one ":"`, context);
  const slice = { start: parseBound(ends[0]!, text, context), stop: parseBound(ends[1]!, text, context) };
  return { head: head.trim(), slice };
}

function parsePart(text: string, context: SpecContext): SplitPart {
  const { head, slice } = separateSlice(text, context);
  if (head === '') reject(text === '' ? 'the split is empty' : `"${text}" names no data`, context);
  if (head.includes('\0')) reject('a path holds a NUL character', context);
  const source = /^([A-Za-z0-9][A-Za-z0-9_.-]+):([A-Za-z0-9_.-]+)$/.exec(head);
  if (source) return { kind: 'source', source: source[1]!, split: source[2]!, slice, text };
  const windowsDrive = /^[A-Za-z]:[\\/]/.test(head);
  if (head.includes(':') && !windowsDrive && !/[\\/]/.test(head))
    reject(`"${text}" is not NAME:SPLIT`, context);
  return { kind: 'path', path: head, slice, text };
}

/**
 * Parses a split specification into its parts, one or more.
 * Throws DATA_SPEC with the offending text; `place` is the recipe key (`data.train`), `forms` says what may be written.
 */
export function parseSplitSpec(spec: string, place?: string, forms = imageForms): readonly SplitPart[] {
  const context = { place, forms };
  if (spec.length > longestSpec) reject(`a split of ${spec.length} characters is too long`, context);
  const parts = spec.split(/\s\+\s/).map((part) => part.trim());
  if (parts.length > 1 && parts.includes('')) reject(`"${spec}" has an empty part`, context);
  return parts.map((part) => parsePart(part, context));
}

function resolveBound(bound: Bound | undefined, size: number, whenAbsent: number): number {
  if (bound === undefined) return whenAbsent;
  const count = bound.percent ? Math.round((Math.abs(bound.value) / 100) * size) : Math.abs(bound.value);
  return bound.value < 0 || Object.is(bound.value, -0) ? size - count : count;
}

/**
 * First example and end (exclusive) that a part's slice takes of `size` examples.
 * As in TFDS, a bound beyond the split is an error, not fewer examples. Throws DATA_SPEC, or DATA_EMPTY. `noun` is what
 * an example is called.
 */
export function sliceRange(
  part: SplitPart,
  size: number,
  place?: string,
  noun = 'image',
): readonly [number, number] {
  const start = resolveBound(part.slice?.start, size, 0);
  const stop = resolveBound(part.slice?.stop, size, size);
  for (const end of [start, stop]) {
    if (end >= 0 && end <= size) continue;
    throw new MdpdError('DATA_SPEC', `the slice of "${part.text}" reaches beyond its ${size} ${noun}s`, {
      place,
      allowed: `bounds between -${size} and ${size}`,
      exitCode: 2,
    });
  }
  if (start >= stop) {
    throw new MdpdError('DATA_EMPTY', `"${part.text}" holds no ${noun}`, {
      place,
      fix:
        size === 0
          ? undefined
          : `it has ${size} ${noun}s before the slice: take a slice that ends after it starts`,
      exitCode: 2,
    });
  }
  return [start, stop];
}
