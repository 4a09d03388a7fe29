/** A reader under test: where its right files come from, how they are made wrong, and how the product reads them. */
import type { Random } from '@mdpd/tensor/random';
import type { FuzzInput } from './input.ts';

export interface Reader {
  readonly name: string;
  /** One line for the table. */
  readonly reads: string;
  /** Small right inputs; the same on every machine. */
  seeds(): Promise<readonly FuzzInput[]>;
  /** A wrong input made of a right one, or of several. */
  mutate(random: Random, seeds: readonly FuzzInput[]): FuzzInput;
  /** Reads everything that the product reads of such a folder. Throws what the product throws. */
  read(folder: string): Promise<void>;
}

/** Number `index` of a run: depends on seed, reader and index alone, so that any input can be made again. */
export type InputMaker = (index: number) => FuzzInput;
