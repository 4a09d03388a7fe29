/** What may come of reading an input. */

/** Of one input. */
export interface TimeLimits {
  /** Longest processor time: what the clock says depends on what else the machine does. */
  readonly workMilliseconds: number;
  /** Longest time by the clock, for readers that wait for what never comes. */
  readonly waitMilliseconds: number;
}
export const usualLimits: TimeLimits = { workMilliseconds: 2000, waitMilliseconds: 10_000 };
/** Milliseconds of processor time for an input of so many bytes: files of tens of megabytes may take longer. */
export const workMillisecondsFor = ({ workMilliseconds }: TimeLimits, bytes: number): number =>
  workMilliseconds + bytes / 20_000;
/** Memory beyond that of the process at rest and the file. */
export const mostBytes = 512 * 2 ** 20;

export type Failure = 'crash' | 'hang' | 'memory' | 'escape';
export const failures: readonly Failure[] = ['crash', 'hang', 'memory', 'escape'];

export interface Outcome {
  readonly index: number;
  /** `read`, the code of an MdpdError, or a failure. */
  readonly kind: string;
  /** Of failures: what was thrown, opened or needed. */
  readonly detail?: string;
  /** Of processor time. */
  readonly milliseconds: number;
  /** The most memory beyond that at rest. */
  readonly bytes: number;
}

export const isFailure = ({ kind }: Pick<Outcome, 'kind'>): boolean =>
  (failures as readonly string[]).includes(kind);

/** What the parent asks of a child. */
export interface Work {
  readonly reader: string;
  readonly seed: number;
  readonly first: number;
  readonly count: number;
  readonly limits: TimeLimits;
  /** Folder of its own, with `in` for inputs and `canary` beside it. */
  readonly scratch: string;
  /** Files of one input to read again, instead of mutations. */
  readonly replay?: string;
}

/** What a child says: that it has started, that it begins to read and how many milliseconds it may work, every outcome. */
export type Message = { readonly ready: true } | { readonly reading: number } | Outcome;
