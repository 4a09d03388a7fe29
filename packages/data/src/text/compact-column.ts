/** A column of a table in few large buffers: a million cells without a million JavaScript objects. */
import { Growable } from './growable.ts';

const firstSlab = 1 << 16;
const largestSlab = 1 << 23;
const [nothing, number, text] = [0, 1, 2];

/** A column that grows cell by cell. A cell is a text, a number or nothing. */
export class CompactColumn {
  /** What a cell holds, and the number itself or that of a text. */
  private readonly kinds = new Growable(Uint8Array);
  private readonly values = new Growable(Float64Array);
  /** Where the bytes of a text are. Several cells may share one. */
  private readonly slabOf = new Growable(Uint16Array);
  private readonly startOf = new Growable(Uint32Array);
  private readonly lengthOf = new Growable(Uint32Array);
  private readonly slabs: Buffer[] = [];
  private used = 0;

  get size(): number {
    return this.kinds.length;
  }

  /** Copies UTF-8 bytes in and gives their number, for `pushText`. */
  addText(bytes: Uint8Array): number {
    let slab = this.slabs.at(-1);
    if (!slab || this.used + bytes.length > slab.length) {
      const size = Math.min(largestSlab, slab ? slab.length * 2 : firstSlab);
      slab = Buffer.allocUnsafeSlow(Math.max(size, bytes.length));
      this.slabs.push(slab);
      this.used = 0;
    }
    slab.set(bytes, this.used);
    this.slabOf.push(this.slabs.length - 1);
    this.startOf.push(this.used);
    this.lengthOf.push(bytes.length);
    this.used += bytes.length;
    return this.startOf.length - 1;
  }

  /** A text that no other cell shares. */
  pushString(value: string): void {
    this.pushText(this.addText(Buffer.from(value)));
  }

  /** Appends the text of a number that `addText` gave. */
  pushText(id: number): void {
    this.kinds.push(text);
    this.values.push(id);
  }

  /** Appends a number. */
  pushNumber(value: number): void {
    this.kinds.push(number);
    this.values.push(value);
  }

  /** Appends an empty cell. */
  pushNull(): void {
    this.kinds.push(nothing);
    this.values.push(0);
  }

  /** The cell of a row. */
  value(row: number): string | number | null {
    const kind = this.kinds.at(row);
    const value = this.values.at(row);
    if (kind === number) return value;
    if (kind === nothing) return null;
    const start = this.startOf.at(value);
    return this.slabs[this.slabOf.at(value)]!.toString('utf8', start, start + this.lengthOf.at(value));
  }
}
