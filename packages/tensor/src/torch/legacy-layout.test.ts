import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatError, MdpdError } from '@mdpd/core';
import { afterAll, describe, expect, it } from 'vitest';
import { hostTensor } from '../host.ts';
import { LEGACY_MAGIC } from './legacy-layout.ts';
import { opcodes, pickled, storage, tensor, text } from './testing/archive.ts';
import { openTorchFile } from './torch-file.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'legacy-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The format with other parts than `torch.save` would write. */
interface Parts {
  readonly protocol?: Buffer;
  readonly object?: Buffer;
  readonly keys?: Buffer;
  readonly storages?: readonly { readonly count: bigint; readonly values: readonly number[] }[];
}

const one = tensor(storage('7', 2), 0, [2], [1]);
const [first] = [{ count: 2n, values: [1, 2] }];

function legacy(parts: Parts = {}): string {
  const { protocol = pickled('M\xe9\x03'), object = pickled('}', text('a'), one, 's') } = parts;
  const { keys = pickled(']', text('7'), 'a'), storages = [first!] } = parts;
  const data = storages.map(({ count, values }) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(count);
    return Buffer.concat([bytes, Buffer.from(Float32Array.from(values).buffer)]);
  });
  const file = path.join(folder, 'x.bin');
  writeFileSync(file, opcodes(LEGACY_MAGIC, protocol, pickled('}'), object, keys, ...data));
  return file;
}

async function refusal(file: string): Promise<string> {
  try {
    await openTorchFile(file);
  } catch (error) {
    if (error instanceof MdpdError)
      return formatError(error).replaceAll(`${folder}/`, '').split('\n').slice(0, 2).join(':');
    throw error;
  }
  return 'no error';
}

describe('the format before PyTorch 1.6', () => {
  it('is read', async () => {
    const file = await openTorchFile(legacy());
    expect(await file.read('a')).toEqual(hostTensor([1, 2], [2]));
    await file.close();
  });

  it.each<[string, Parts, string]>([
    ['another protocol', { protocol: pickled('K\x07') }, 'the file is of protocol 7'],
    ['no list of keys', { keys: pickled('N') }, 'the keys of its storages are None'],
    [
      'a key that nothing uses',
      { keys: pickled('](', text('7'), text('8'), 'e') },
      'the keys of its storages name a text, which no tensor uses',
    ],
    [
      'a key that is no text',
      { keys: pickled(']K\x07a') },
      'the keys of its storages name 7, which no tensor uses',
    ],
    [
      'a key twice',
      { keys: pickled('](', text('7'), text('7'), 'e'), storages: [first!, first!] },
      'the storage "7" is listed twice',
    ],
    [
      'another count',
      { storages: [{ count: 3n, values: [1, 2, 3] }] },
      'the storage "7" has 3 values, but its pickle says 2',
    ],
    [
      'a negative count',
      { storages: [{ count: -1n, values: [1, 2] }] },
      'the storage "7" has -1 values, but its pickle says 2',
    ],
    ['no count', { storages: [] }, 'the storage "7" ends too early, at byte 184'],
    [
      'too few values',
      { storages: [{ count: 2n, values: [1] }] },
      'the storage "7" ends at byte 200, but the file has 196',
    ],
    [
      'a storage of two sizes',
      { object: pickled('}(', text('a'), one, text('b'), tensor(storage('7', 3), 0, [2], [1]), 'u') },
      'the storage "7" is described in two ways',
    ],
  ])('is refused with %s', async (_, parts, message) => {
    expect(await refusal(legacy(parts))).toBe(`error CHECKPOINT_INVALID at x.bin:  ${message}`);
  });

  it('is refused where a storage is missing, with the name of the tensor', async () => {
    expect(await refusal(legacy({ keys: pickled(']'), storages: [] }))).toBe(
      'error CHECKPOINT_INVALID at x.bin: "a":  the file has no storage "7"',
    );
  });

  it('is refused wherever it ends too early', async () => {
    const bytes = readFileSync(new URL('./oracles/nested-legacy.bin', import.meta.url));
    const file = path.join(folder, 'short.bin');
    for (let length = 0; length < bytes.length; length += 1 + (length % 5)) {
      writeFileSync(file, bytes.subarray(0, length));
      expect(await refusal(file)).toContain('error CHECKPOINT_INVALID at short.bin');
    }
  });
});
