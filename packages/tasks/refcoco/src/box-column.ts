/** Boxes in memory, as they stand in files: a million without a million JavaScript objects. */
import { Growable } from '@mdpd/data/text/growable';
import type { Box } from './box-geometry.ts';

const mostNumbers = 8;
const mostCharacters = 80;

const isBox = (values: unknown): values is Box =>
  Array.isArray(values) && values.length === 4 && values.every((value) => Number.isFinite(value));

/** JSON has neither NaN nor Infinity; 1e999 is read as the latter. */
const written = (value: unknown): string =>
  typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');

/** What stands there instead of a box, short enough for a message. */
function textOf(values: unknown): string {
  if (!Array.isArray(values)) return written(values).slice(0, mostCharacters);
  const shown = (values as unknown[]).slice(0, mostNumbers).map(written);
  if (values.length > mostNumbers) shown.push('…');
  return `[${shown.join(',')}]`.slice(0, mostCharacters);
}

export class BoxColumn {
  private readonly numbers = new Growable(Float64Array);
  /** What is no box, by row. */
  private readonly others = new Map<number, string>();

  get size(): number {
    return this.numbers.length / 4;
  }

  /** Takes anything; what is no box is said by who reads it. */
  push(values: unknown): void {
    if (isBox(values)) this.numbers.pushAll(values);
    else {
      this.others.set(this.size, textOf(values));
      this.numbers.pushAll([NaN, NaN, NaN, NaN]);
    }
  }

  /** The box, or what there is instead of four finite numbers. */
  at(row: number): Box | string {
    const other = this.others.get(row);
    if (other !== undefined) return other;
    const [x, y, width, height] = [0, 1, 2, 3].map((at) => this.numbers.at(4 * row + at));
    return [x!, y!, width!, height!];
  }
}
