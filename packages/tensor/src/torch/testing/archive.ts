/** Writes ZIP archives and pickles byte by byte, right ones and wrong ones, for tests. */

export interface ArchiveEntry {
  readonly name: string;
  readonly data: Uint8Array;
  /** Name in the local header, where it is another one. */
  readonly localName?: string;
  readonly method?: number;
  readonly flags?: number;
  /** Sizes and position in the zip64 field of the directory. */
  readonly zip64?: boolean;
  /** What the directory says, where it is not the truth. */
  readonly says?: { readonly size?: number; readonly stored?: number; readonly header?: number };
  /** Padding in the local header. */
  readonly padding?: number;
}

export interface ArchiveOptions {
  readonly zip64?: boolean;
  readonly comment?: string;
  /** Changes of the end records. */
  readonly end?: (short: Buffer, long: Buffer) => void;
}

const ELSEWHERE = 0xffffffff;

export function localHeader(name: string, method = 0, flags = 0, padding = 0): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt16LE(Buffer.byteLength(name), 26);
  header.writeUInt16LE(padding, 28);
  return Buffer.concat([header, Buffer.from(name), Buffer.alloc(padding)]);
}

export function centralEntry(entry: Omit<ArchiveEntry, 'data'>, size: number, header: number): Buffer {
  const { name, method = 0, flags = 0, zip64 = false, says = {} } = entry;
  const values = [says.size ?? size, says.stored ?? says.size ?? size, says.header ?? header];
  const extra = Buffer.alloc(zip64 ? 28 : 0);
  if (zip64) {
    extra.writeUInt16LE(1);
    extra.writeUInt16LE(24, 2);
    values.forEach((value, i) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i));
  }
  const [shownSize, shownStored, shownHeader] = zip64 ? [ELSEWHERE, ELSEWHERE, ELSEWHERE] : values;
  const bytes = Buffer.alloc(46);
  bytes.writeUInt32LE(0x02014b50);
  bytes.writeUInt16LE(flags, 8);
  bytes.writeUInt16LE(method, 10);
  bytes.writeUInt32LE(shownStored!, 20);
  bytes.writeUInt32LE(shownSize!, 24);
  bytes.writeUInt16LE(Buffer.byteLength(name), 28);
  bytes.writeUInt16LE(extra.length, 30);
  bytes.writeUInt32LE(shownHeader!, 42);
  return Buffer.concat([bytes, Buffer.from(name), extra]);
}

/** The end records of a directory. */
export function archiveEnd(
  entries: number,
  size: number,
  offset: number,
  { zip64 = false, comment = '', end }: ArchiveOptions = {},
): Buffer {
  const long = Buffer.alloc(zip64 ? 76 : 0);
  if (zip64) {
    long.writeUInt32LE(0x06064b50);
    long.writeBigUInt64LE(44n, 4);
    long.writeBigUInt64LE(BigInt(entries), 24);
    long.writeBigUInt64LE(BigInt(entries), 32);
    long.writeBigUInt64LE(BigInt(size), 40);
    long.writeBigUInt64LE(BigInt(offset), 48);
    long.writeUInt32LE(0x07064b50, 56);
    long.writeBigUInt64LE(BigInt(offset + size), 64);
    long.writeUInt32LE(1, 72);
  }
  const short = Buffer.alloc(22);
  short.writeUInt32LE(0x06054b50);
  short.writeUInt16LE(zip64 ? 0xffff : entries, 8);
  short.writeUInt16LE(zip64 ? 0xffff : entries, 10);
  short.writeUInt32LE(zip64 ? ELSEWHERE : size, 12);
  short.writeUInt32LE(zip64 ? ELSEWHERE : offset, 16);
  short.writeUInt16LE(Buffer.byteLength(comment), 20);
  end?.(short, long);
  return Buffer.concat([long, short, Buffer.from(comment)]);
}

/** An archive of entries in their order. */
export function archive(entries: readonly ArchiveEntry[], options: ArchiveOptions = {}): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let position = 0;
  for (const entry of entries) {
    const header = localHeader(entry.localName ?? entry.name, entry.method, entry.flags, entry.padding);
    central.push(centralEntry(entry, entry.data.length, position));
    parts.push(header, Buffer.from(entry.data));
    position += header.length + entry.data.length;
  }
  const directory = Buffer.concat(central);
  return Buffer.concat([
    ...parts,
    directory,
    archiveEnd(entries.length, directory.length, position, options),
  ]);
}

/** A checkpoint from its pickle and the bytes of its storages. */
export function checkpoint(pickle: Buffer, storages: Readonly<Record<string, Uint8Array>> = {}): Buffer {
  return archive([
    { name: 'x/data.pkl', data: pickle },
    { name: 'x/byteorder', data: Buffer.from('little') },
    ...Object.entries(storages).map(([key, data]) => ({ name: `x/data/${key}`, data })),
  ]);
}

/** Bytes of opcodes: texts are taken as Latin-1. */
export function opcodes(...parts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
}

/** A whole pickle of protocol 2. */
export function pickled(...parts: readonly (string | Buffer)[]): Buffer {
  return opcodes('\x80\x02', ...parts, '.');
}

/** BINUNICODE */
export function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return opcodes('X', length, bytes);
}

/** BININT */
export function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return opcodes('J', bytes);
}

/** GLOBAL */
export function global(module: string, name: string): Buffer {
  return opcodes('c', Buffer.from(`${module}\n${name}\n`));
}

/** BINPERSID of a storage */
export function storage(key: string, size: number, type = 'FloatStorage'): Buffer {
  return opcodes('(', text('storage'), global('torch', type), text(key), text('cpu'), int(size), 'tQ');
}

export function tuple(...values: readonly number[]): Buffer {
  return opcodes('(', ...values.map(int), 't');
}

/** REDUCE of `_rebuild_tensor_v2` */
export function tensor(
  of: Buffer,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): Buffer {
  const hooks = [global('collections', 'OrderedDict'), ')R'];
  return opcodes(
    global('torch._utils', '_rebuild_tensor_v2'),
    '(',
    of,
    int(offset),
    tuple(...shape),
    tuple(...strides),
    '\x89',
    ...hooks,
    'tR',
  );
}
