/** Mutations of Parquet files: numbers of the footer and of page headers, with the footer's length put right. */
import type { Random } from '@mdpd/tensor/random';
import { mutateBytes, writeHostile, type Mutation } from './bytes.ts';
import { replaceVarint } from './varint.ts';
import { pick } from './pick.ts';

interface Parts {
  readonly pages: Buffer;
  readonly footer: Buffer;
}

function parts(bytes: Buffer): Parts | undefined {
  if (bytes.length < 12) return undefined;
  const length = bytes.readUInt32LE(bytes.length - 8);
  const begin = bytes.length - 8 - length;
  return begin >= 4
    ? { pages: bytes.subarray(0, begin), footer: bytes.subarray(begin, bytes.length - 8) }
    : undefined;
}

function join({ pages, footer }: Parts): Buffer {
  const end = Buffer.alloc(8, 'xxxxPAR1');
  end.writeUInt32LE(footer.length);
  return Buffer.concat([pages, footer, end]);
}

const part =
  (change: (random: Random, parts: Parts) => Parts): Mutation =>
  (random, bytes) => {
    const found = parts(bytes);
    return found ? join(change(random, found)) : bytes;
  };

const footerNumber = part((random, { pages, footer }) => ({
  pages,
  footer: replaceVarint(random, footer, 0, footer.length),
}));
const footerBytes = part((random, { pages, footer }) => ({ pages, footer: mutateBytes(random, footer) }));
/** Within the pages nothing may move: the footer says where they are. */
const pageByte = part((random, { pages, footer }) => {
  const copy = Buffer.from(pages);
  for (let count = 1 + random.integer(3); count > 0; count--)
    copy[4 + random.integer(copy.length - 4)] = pick(random, [0, 1, 0x7f, 0x80, 0xff, random.integer(256)]);
  return { pages: copy, footer };
});
const pageHead = part((random, { pages, footer }) => {
  const copy = Buffer.from(pages);
  copy[4 + random.integer(Math.min(40, copy.length - 4))] = random.integer(256);
  return { pages: copy, footer };
});
/** Numbers written in place: the file keeps its layout. */
const pageNumber = part((random, { pages, footer }) => {
  const copy = replaceVarint(random, pages, 4, pages.length);
  return {
    pages: copy.length > pages.length ? copy.subarray(0, pages.length) : Buffer.concat([copy], pages.length),
    footer,
  };
});
const footerLength: Mutation = (random, bytes) => {
  if (bytes.length < 8) return bytes;
  const copy = Buffer.from(bytes);
  writeHostile(random, copy, copy.length - 8, 4);
  return copy;
};

export const parquetMutations: readonly Mutation[] = [
  footerNumber,
  footerNumber,
  footerNumber,
  footerBytes,
  pageByte,
  pageByte,
  pageHead,
  pageNumber,
  footerLength,
];
