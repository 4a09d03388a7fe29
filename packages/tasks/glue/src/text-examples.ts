/** Rows of tables as texts with labels, before anything is encoded. */

export interface TextExamples {
  readonly size: number;
  /** Where they come from, for messages: `SST-2/train.tsv`. */
  readonly origin: string;
  /** Whether examples have labels. */
  readonly labelled: boolean;
  /** The text of example `index`, or both of a pair. */
  text(index: number): readonly [first: string, second?: string];
  /** Class, or score, of example `index` of labelled ones. */
  label(index: number): number;
  /** Human-readable place of example `index`, for messages: `SST-2/train.tsv:17`. */
  place(index: number): string;
  /** Whether metrics count example `index` apart, as MNLI's mismatched ones; absent: none. */
  apart?(index: number): boolean;
}

/** The examples at `indices`, in that order. */
export function selectExamples(examples: TextExamples, indices: ArrayLike<number>): TextExamples {
  return {
    size: indices.length,
    origin: examples.origin,
    labelled: examples.labelled,
    text: (index) => examples.text(indices[index]!),
    label: (index) => examples.label(indices[index]!),
    place: (index) => examples.place(indices[index]!),
    ...(examples.apart ? { apart: (index: number) => examples.apart!(indices[index]!) } : {}),
  };
}

/** At most `limit` examples, evenly spread, so that a file that is sorted by class keeps its classes. */
export function limitExamples(examples: TextExamples, limit: number | undefined): TextExamples {
  const { size } = examples;
  if (limit === undefined || limit >= size) return examples;
  const indices = Array.from({ length: limit }, (_, index) => Math.floor((index * size) / limit));
  return selectExamples(examples, indices);
}

/** All examples of one, then all of the next. */
export function joinExamples(parts: readonly TextExamples[]): TextExamples {
  if (parts.length === 1) return parts[0]!;
  const owner = parts.flatMap((part) => Array.from({ length: part.size }, (_, row) => ({ part, row })));
  const at = <T>(read: (part: TextExamples, row: number) => T) => {
    return (index: number): T => {
      const { part, row } = owner[index]!;
      return read(part, row);
    };
  };
  return {
    size: owner.length,
    origin: parts.map(({ origin }) => origin).join(' + '),
    labelled: parts.every(({ labelled }) => labelled),
    text: at((part, row) => part.text(row)),
    label: at((part, row) => part.label(row)),
    place: at((part, row) => part.place(row)),
    ...(parts.some(({ apart }) => apart) ? { apart: at((part, row) => part.apart?.(row) ?? false) } : {}),
  };
}
