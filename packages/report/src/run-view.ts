/** A run as the pages see it: read from its folder, finished or not. */
import type { RunRecord } from '@mdpd/core';
import type { RecordTotals } from './record-history.ts';
import type { Result } from './result.ts';
import type { ShownExamples } from './shown-examples.ts';

/** What there is of a run; what is missing has not come yet, or was never written. */
export interface RunView {
  /** The run's folder, as the user would type it. */
  readonly name: string;
  /** recipe.yaml, as resolved. */
  readonly recipeText: string;
  /** The values of `recipeText`. */
  readonly recipe: Readonly<Record<string, unknown>>;
  /** Lines of metrics.jsonl, in order; of a long run not all of them. */
  readonly records: readonly RunRecord[];
  /** Sums over all lines, also over those that are left out. */
  readonly totals: RecordTotals;
  /** result.json of a finished run. */
  readonly result?: Result;
  /** failed.json of one that stopped. */
  readonly failure?: { readonly code: string; readonly message: string; readonly fix?: string };
  /** examples.json. */
  readonly examples?: ShownExamples;
  /** The command that trains it again. */
  readonly command: string;
  /** Other runs on the same data, which the verdict is told against: `side`, `norm`, `full`, … */
  readonly others?: readonly { readonly name: string; readonly result: Result }[];
}
