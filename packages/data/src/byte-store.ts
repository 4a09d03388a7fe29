/** Many small byte arrays in few large buffers, within a budget that several stores may share. */

/** Bytes that may still be kept. */
export interface MemoryBudget {
  remaining: number;
}

const slabBytes = 1 << 20;
const absent = -1;

/** Keeps byte arrays numbered 0 … count − 1 until the budget is used up. */
export class ByteStore {
  private readonly budget: MemoryBudget;
  private readonly slabs: Uint8Array[] = [];
  private used = 0;
  private readonly slabOf: Int32Array;
  private readonly startOf: Int32Array;
  private readonly lengthOf: Int32Array;

  constructor(count: number, budget: MemoryBudget) {
    this.budget = budget;
    this.slabOf = new Int32Array(count).fill(absent);
    this.startOf = new Int32Array(count);
    this.lengthOf = new Int32Array(count);
  }

  /** Copies `bytes` in; false where the budget does not allow it. */
  put(key: number, bytes: Uint8Array): boolean {
    if (bytes.length > this.budget.remaining) return false;
    this.budget.remaining -= bytes.length;
    const slab = this.slabs.at(-1);
    if (!slab || this.used + bytes.length > slab.length) {
      this.slabs.push(new Uint8Array(Math.max(slabBytes, bytes.length)));
      this.used = 0;
    }
    this.slabs.at(-1)!.set(bytes, this.used);
    this.slabOf[key] = this.slabs.length - 1;
    this.startOf[key] = this.used;
    this.lengthOf[key] = bytes.length;
    this.used += bytes.length;
    return true;
  }

  /** A view, not a copy. */
  get(key: number): Uint8Array | undefined {
    const slab = this.slabOf[key];
    if (slab === undefined || slab === absent) return undefined;
    const start = this.startOf[key]!;
    return this.slabs[slab]!.subarray(start, start + this.lengthOf[key]!);
  }
}
