/**
 * Writes plain data as a Python pickle of protocol 2, byte for byte what `pickle.dumps(…, 2)` writes, but for its memo.
 */

export type Picklable =
  null | boolean | number | string | readonly Picklable[] | { readonly [key: string]: Picklable };

/** Items that Python puts into one list or dictionary at a time. */
const batchSize = 1000;

const code = {
  proto: 0x80,
  stop: 0x2e,
  mark: 0x28,
  none: 0x4e,
  true: 0x88,
  false: 0x89,
  int1: 0x4b,
  int2: 0x4d,
  int4: 0x4a,
  long1: 0x8a,
  float: 0x47,
  text: 0x58,
  list: 0x5d,
  append: 0x61,
  appends: 0x65,
  dict: 0x7d,
  setItem: 0x73,
  setItems: 0x75,
} as const;

class Pickler {
  private bytes = Buffer.alloc(1 << 16);
  private length = 0;

  /** Room for so many bytes more; gives where they start. */
  private grow(count: number): number {
    const start = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      this.bytes = Buffer.concat([this.bytes], Math.max(this.length, 2 * this.bytes.length));
    }
    return start;
  }

  private put(...bytes: number[]): void {
    const start = this.grow(bytes.length);
    this.bytes.set(bytes, start);
  }

  finish(value: Picklable): Uint8Array {
    this.put(code.proto, 2);
    this.write(value);
    this.put(code.stop);
    return this.bytes.subarray(0, this.length);
  }

  private write(value: Picklable): void {
    if (value === null) this.put(code.none);
    else if (typeof value === 'boolean') this.put(value ? code.true : code.false);
    else if (typeof value === 'number') this.writeNumber(value);
    else if (typeof value === 'string') this.writeText(value);
    else if (Array.isArray(value)) this.writeList(value as readonly Picklable[]);
    else this.writeDict(value as Readonly<Record<string, Picklable>>);
  }

  private writeNumber(value: number): void {
    if (!Number.isSafeInteger(value)) {
      this.put(code.float);
      this.grow(8);
      this.bytes.writeDoubleBE(value, this.length - 8);
    } else if (value >= 0 && value < 1 << 8) {
      this.put(code.int1, value);
    } else if (value >= 0 && value < 1 << 16) {
      this.put(code.int2, value & 255, value >> 8);
    } else if (value >= -(2 ** 31) && value < 2 ** 31) {
      this.put(code.int4);
      this.grow(4);
      this.bytes.writeInt32LE(value, this.length - 4);
    } else {
      this.writeLong(value);
    }
  }

  /** Two's complement in as few bytes as hold it, the lowest first. */
  private writeLong(value: number): void {
    const bytes: number[] = [];
    for (let rest = BigInt(value); ; rest >>= 8n) {
      bytes.push(Number(rest & 255n));
      const next = rest >> 8n;
      const negative = bytes.at(-1)! >= 128;
      if ((next === 0n && !negative) || (next === -1n && negative)) break;
    }
    this.put(code.long1, bytes.length, ...bytes);
  }

  private writeText(value: string): void {
    const size = Buffer.byteLength(value);
    this.put(code.text);
    this.grow(4 + size);
    this.bytes.writeUInt32LE(size, this.length - size - 4);
    this.bytes.write(value, this.length - size);
  }

  private writeList(values: readonly Picklable[]): void {
    this.put(code.list);
    for (let start = 0; start < values.length; start += batchSize) {
      const batch = values.slice(start, start + batchSize);
      if (values.length > 1) this.put(code.mark);
      for (const each of batch) this.write(each);
      this.put(values.length > 1 ? code.appends : code.append);
    }
  }

  private writeDict(value: Readonly<Record<string, Picklable>>): void {
    const entries = Object.entries(value);
    this.put(code.dict);
    for (let start = 0; start < entries.length; start += batchSize) {
      const batch = entries.slice(start, start + batchSize);
      if (entries.length > 1) this.put(code.mark);
      for (const [key, each] of batch) {
        this.writeText(key);
        this.write(each);
      }
      this.put(entries.length > 1 ? code.setItems : code.setItem);
    }
  }
}

/** The bytes of a `.p` or `.pkl` file. Whole numbers become `int`, others `float`. */
export function toPickle(value: Picklable): Uint8Array {
  return new Pickler().finish(value);
}
