/** Mutations of ZIP archives as `torch.save` writes them: names that climb, entries that overlap, sizes that lie, bombs. */
import type { Random } from '@mdpd/tensor/random';
import { archive, type ArchiveEntry, type ArchiveOptions } from '@mdpd/tensor/torch/testing/archive';
import { deflateRawSync } from 'node:zlib';
import { mutateBytes, writeHostile, type Mutation } from './bytes.ts';
import { hostilePaths, hostileSizes, hostileText } from './hostile.ts';
import { pickleMutations } from './pickle.ts';
import { chance, pick } from './pick.ts';

/** Stored entries of an archive, by its directory; undefined where it is none. */
function entriesOf(bytes: Buffer): ArchiveEntry[] | undefined {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || end + 22 > bytes.length) return undefined;
  let at = bytes.readUInt32LE(end + 16);
  const entries: ArchiveEntry[] = [];
  try {
    while (bytes.readUInt32LE(at) === 0x02014b50) {
      const [nameLength, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [
        number,
        number,
        number,
      ];
      const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
      const size = bytes.readUInt32LE(at + 24);
      const header = bytes.readUInt32LE(at + 42);
      const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
      entries.push({ name, data: bytes.subarray(start, start + size) });
      at += 46 + nameLength + extra + comment;
    }
  } catch {
    return undefined;
  }
  return entries.length > 0 ? entries : undefined;
}

const bomb = deflateRawSync(Buffer.alloc(8 << 20));

const changes: readonly ((random: Random, entry: ArchiveEntry) => ArchiveEntry)[] = [
  (random, entry) => ({ ...entry, name: pick(random, hostilePaths).slice(0, 60_000) }),
  (random, entry) => ({ ...entry, name: `x/data/${pick(random, hostilePaths)}`.slice(0, 60_000) }),
  (random, entry) => ({ ...entry, localName: hostileText(random).slice(0, 60_000) }),
  (random, entry) => ({ ...entry, says: { size: Number(BigInt.asUintN(32, pick(random, hostileSizes))) } }),
  (random, entry) => ({
    ...entry,
    zip64: true,
    says: { size: Number(BigInt.asUintN(53, pick(random, hostileSizes))) },
  }),
  (random, entry) => ({ ...entry, says: { header: Number(BigInt.asUintN(32, pick(random, hostileSizes))) } }),
  (_, entry) => ({ ...entry, says: { header: 0 } }),
  (random, entry) => ({ ...entry, padding: pick(random, [1, 63, 65_000]) }),
  (_, entry) => ({ ...entry, flags: 1 }),
  (_, entry) => ({
    ...entry,
    method: 8,
    data: deflateRawSync(entry.data),
    says: { size: entry.data.length },
  }),
  (_, entry) => ({ ...entry, method: 8, data: bomb, says: { size: 8 << 20, stored: bomb.length } }),
  (random, entry) => ({ ...entry, data: mutateBytes(random, Buffer.from(entry.data), pickleMutations) }),
  (random, entry) => ({ ...entry, data: entry.data.subarray(0, random.integer(entry.data.length + 1)) }),
];

/** The pickle changed, the archive right. */
const object: Mutation = (random, bytes) => {
  const entries = entriesOf(bytes);
  if (!entries) return bytes;
  return archive(
    entries.map((entry) =>
      entry.name.endsWith('data.pkl')
        ? { ...entry, data: mutateBytes(random, Buffer.from(entry.data), pickleMutations) }
        : entry,
    ),
  );
};

const entries: Mutation = (random, bytes) => {
  const found = entriesOf(bytes);
  if (!found) return bytes;
  const index = random.integer(found.length);
  const changed = found.with(index, pick(random, changes)(random, found[index]!));
  if (chance(random, 0.1)) changed.push(found[index]!);
  const options: ArchiveOptions = {
    zip64: chance(random, 0.3),
    comment: chance(random, 0.1) ? 'PK\x05\x06'.repeat(100) : '',
    ...(chance(random, 0.3)
      ? { end: (short, long) => damage(random, chance(random, 0.5) && long.length > 8 ? long : short) }
      : {}),
  };
  return archive(changed, options);
};

function damage(random: Random, record: Buffer): void {
  const width = pick(random, [2, 4, 8]);
  writeHostile(random, record, 4 + random.integer(record.length - width - 4), width);
}

/** A link of Unix in the archive, as `zip -y` stores it. */
const link: Mutation = (random, bytes) => {
  const found = entriesOf(bytes);
  if (!found) return bytes;
  const made = archive([...found, { name: 'x/data/9', data: Buffer.from(pick(random, hostilePaths)) }]);
  const at = made.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
  made.writeUInt16LE(0x031e, at + 4);
  made.writeUInt32LE((0o120777 << 16) >>> 0, at + 38);
  return made;
};

export const zipMutations: readonly Mutation[] = [object, object, object, entries, entries, link];
