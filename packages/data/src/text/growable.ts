/** Typed arrays that grow: millions of numbers without a JavaScript object for each. */

type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** The class of a typed array: `Float64Array`. */
export interface NumbersConstructor<T extends Numbers> {
  new (length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

/** A typed array that doubles its capacity when it is full. */
export class Growable<T extends Numbers> {
  private readonly make: NumbersConstructor<T>;
  private values: T;
  private used = 0;

  constructor(make: NumbersConstructor<T>, capacity = 1024) {
    this.make = make;
    this.values = new make(capacity);
  }

  get length(): number {
    return this.used;
  }

  /** Appends a number. */
  push(value: number): void {
    this.reserve(1);
    this.values[this.used++] = value;
  }

  /** Appends numbers. */
  pushAll(values: ArrayLike<number>): void {
    this.reserve(values.length);
    this.values.set(values, this.used);
    this.used += values.length;
  }

  /** A number that was pushed. */
  at(index: number): number {
    return this.values[index]!;
  }

  /** What has been pushed, without the spare room. */
  finish(): T {
    if (this.used === this.values.length) return this.values;
    return this.values.slice(0, this.used) as T;
  }

  private reserve(more: number): void {
    const needed = this.used + more;
    if (needed <= this.values.length) return;
    const grown = new this.make(Math.max(needed, this.values.length * 2));
    grown.set(this.values);
    this.values = grown;
  }
}
