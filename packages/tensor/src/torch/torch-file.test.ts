import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatError, MdpdError, type HostRecord, type HostTensor } from '@mdpd/core';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { hostTensor } from '../host.ts';
import { readSafetensors } from '../safetensors.ts';
import { checkpoint, opcodes, pickled, storage, tensor, text } from './testing/archive.ts';
import { openTorchFile } from './torch-file.ts';

const root = mkdtempSync(path.join(tmpdir(), 'torch-file-'));
afterAll(() => rmSync(root, { recursive: true }));

const oracles = fileURLToPath(new URL('./oracles', import.meta.url));
const oracle = (name: string): string => path.join(oracles, name);

// What the hostile files would leave behind, had anything run.
afterEach(() => expect(existsSync('mdpd-exploited')).toBe(false));

async function readAll(file: string): Promise<HostRecord> {
  const opened = await openTorchFile(file);
  try {
    const tensors: [string, HostTensor][] = [];
    for (const name of opened.entries.keys()) tensors.push([name, await opened.read(name)]);
    return Object.fromEntries(tensors);
  } finally {
    await opened.close();
  }
}

/** The message that a user would see, with folders left out. */
async function messageOfReading(file: string): Promise<string> {
  try {
    await readAll(file);
  } catch (error) {
    if (error instanceof MdpdError) {
      return formatError(error).replaceAll(`${oracles}/`, '').replaceAll(`${root}/`, '');
    }
    throw error;
  }
  return 'no error';
}

function written(bytes: Uint8Array): string {
  const file = path.join(root, 'x.bin');
  writeFileSync(file, bytes);
  return file;
}

describe('what torch.save writes', () => {
  it('is read, every type of it', async () => {
    const expected = await readSafetensors(oracle('types.safetensors'));
    expect(Object.keys(expected)).toHaveLength(16);
    expect(await readAll(oracle('types.bin'))).toEqual(expected);
    const { u16: _u16, u32: _u32, u64: _u64, ...older } = expected;
    expect(await readAll(oracle('types-legacy.bin'))).toEqual(older);
  });

  it('is read where tensors are slices, transposed, repeated or share their storage', async () => {
    const expected = await readSafetensors(oracle('views.safetensors'));
    expect(Object.keys(expected)).toHaveLength(18);
    for (const name of ['views.bin', 'views-legacy.bin']) {
      const views = await readAll(oracle(name));
      expect(views).toEqual(expected);
      expect(views['transposed']!.shape).toEqual([8, 6]);
      expect([...views['diagonal']!.data]).toEqual([0, 9, 18, 27, 36, 45].map((n) => Math.fround(n / 7)));
    }
  });

  it('is read from machines with another byte order', async () => {
    const { f32, i64, f16 } = await readSafetensors(oracle('types.safetensors'));
    const { columns } = await readSafetensors(oracle('views.safetensors'));
    expect(await readAll(oracle('big-endian.bin'))).toEqual({ f32, i64, f16, columns });
  });

  it('is read under the key of a training script, beside an optimizer and settings', async () => {
    const expected = await readSafetensors(oracle('nested.safetensors'));
    const names = ['nested.bin', 'nested-legacy.bin', 'nested-usual.bin', 'nested-only.bin', 'keep-vars.bin'];
    for (const name of names) {
      const read = await readAll(oracle(name));
      expect(Object.keys(read)).toHaveLength(8);
      // Only one of the tied weights has been trained in some of them: they are equal in all.
      expect(read['last.weight']).toEqual(read['first.weight']);
      expect(read).toEqual(expected);
    }
  });

  it('is described without being read', async () => {
    const file = await openTorchFile(oracle('views.bin'));
    expect(file.entries.get('permuted')).toEqual({ dtype: 'I32', shape: [5, 3, 2, 4] });
    expect(file.entries.get('half')).toEqual({ dtype: 'BF16', shape: [7, 5] });
    await expect(file.read('matrix!')).rejects.toThrow('has no tensor matrix!');
    await file.close();
  });
});

describe('reading', () => {
  const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

  it('reads only what is asked for', async () => {
    const pickle = pickled(
      '}(',
      text('a'),
      tensor(storage('0', 2), 0, [2], [1]),
      text('b'),
      tensor(storage('1', 2), 0, [2], [1]),
      'u',
    );
    const bytes = checkpoint(pickle, { 0: floats(1, 2), 1: floats(3, 4) });
    const file = written(bytes);
    const opened = await openTorchFile(file);
    // Of the storage of b the last value is gone by now.
    truncateSync(file, bytes.indexOf('x/data/1') + 'x/data/1'.length + 4);
    expect(await opened.read('a')).toEqual(hostTensor([1, 2], [2]));
    await expect(opened.read('b')).rejects.toThrow(/^the file ends at byte \d+$/);
    await opened.close();
  });

  it('says that an integer does not fit', async () => {
    const pickle = pickled('}', text('ids'), tensor(storage('0', 1, 'LongStorage'), 0, [1], [1]), 's');
    const data = Buffer.alloc(8);
    data.writeBigInt64LE(2n ** 31n);
    expect(await messageOfReading(written(checkpoint(pickle, { 0: data })))).toBe(
      'error CHECKPOINT_RANGE at x.bin: "ids"\n  the integer 2147483648 does not fit 32 bits',
    );
  });

  it('keeps names that mean something to JavaScript', async () => {
    const one = tensor(storage('0', 1), 0, [], []);
    const pickle = pickled('}(', text('__proto__'), one, text('constructor'), one, 'u');
    const read = await readAll(written(checkpoint(pickle, { 0: floats(7) })));
    expect(Object.entries(read)).toEqual([
      ['__proto__', hostTensor([7], [])],
      ['constructor', hostTensor([7], [])],
    ]);
  });
});

const damaged = '\n  fix: the file is damaged, incomplete, or no checkpoint of PyTorch: get it again';

describe('what runs code', () => {
  const unsafe =
    '\n  allowed: tensors, dictionaries, lists, numbers and texts: a checkpoint may run nothing' +
    '\n  fix: if you trust who made it, convert it in Python: ' +
    '`model.save_pretrained(folder, safe_serialization=True)` writes safetensors';

  it.each([
    ['system', 'posix.system'],
    ['system-legacy', 'posix.system'],
    ['eval', '__builtin__.eval'],
    ['exec', '__builtin__.exec'],
    ['getattr', '__builtin__.getattr'],
    ['open', 'io.open'],
    ['module', '__main__.Net'],
    ['own-module', '__main__.Exploit'],
    ['numpy', 'numpy._core.multiarray._reconstruct'],
    ['numpy-scalar', 'numpy._core.multiarray.scalar'],
    ['counter', 'collections.Counter'],
    ['counter-legacy', 'collections.Counter'],
    ['bytes', '_codecs.encode'],
    ['set', '__builtin__.set'],
    ['complex', 'torch.ComplexFloatStorage'],
    ['sparse', 'torch._utils._rebuild_sparse_tensor'],
    ['quantized', 'torch._utils._rebuild_qtensor'],
    ['float8', 'torch.float8_e4m3fn'],
  ])('is refused with the name of it: %s', async (name, global) => {
    expect(await messageOfReading(oracle(`hostile/${name}.bin`))).toBe(
      `error CHECKPOINT_UNSAFE at hostile/${name}.bin\n  its pickle asks for "${global}", ` +
        `which is not among the few names that tensors need${unsafe}`,
    );
  });

  it('is refused where it is written with opcodes of another protocol', async () => {
    expect(await messageOfReading(oracle('hostile/protocol-4.bin'))).toBe(
      'error CHECKPOINT_UNSAFE at hostile/protocol-4.bin\n' +
        `  its pickle is of protocol 4; only protocol 2, which torch.save writes, is read${unsafe}`,
    );
  });
});

describe('what does not fit', () => {
  it.each([
    ['offset', 'shape [1] with strides [1] at 6 needs 7 values, but its storage has 6'],
    ['offset-legacy', 'shape [1] with strides [1] at 6 needs 7 values, but its storage has 6'],
    ['shape', 'shape [2, 4] with strides [4, 1] at 0 needs 8 values, but its storage has 6'],
    ['stride', 'shape [2, 2] with strides [5, 1] at 0 needs 7 values, but its storage has 6'],
    ['negative-offset', 'the offset is -1'],
    ['negative-stride', 'the strides are [-1]'],
    ['huge', 'the shape is [4611686018427387904, 4611686018427387904]'],
    ['huge-repeated', 'shape [1099511627776] has 1099511627776 values, but its storage has 6'],
    ['bigger-than-any', 'the offset is 1180591620717411303424'],
    ['axes', 'there are 65 axes and 65 strides'],
    ['ranks', 'there are 2 axes and 1 strides'],
    ['floats-in-shape', 'the shape is [1.5]'],
  ])('is an error with the name of the tensor: %s', async (name, message) => {
    const text = await messageOfReading(oracle(`hostile/${name}.bin`));
    expect(text).toContain(`error CHECKPOINT_INVALID at hostile/${name}.bin: "a"\n  ${message}\n`);
    expect(text.endsWith(damaged)).toBe(true);
  });

  it.each([
    ['negated', 'a tensor has metadata, so its values are not those that are stored'],
    ['no-storage', 'a tensor is made of a text'],
    ['no-tuple', 'a tensor has 6 and 1 for its shape and strides'],
    ['byteorder', 'the byte order is "middle"'],
    ['no-pickle', 'the archive has 0 entries named data.pkl'],
    ['two-roots', 'the archive has 2 entries named data.pkl'],
    ['torchscript', 'the file is a TorchScript archive'],
    ['deflated', 'the entry is compressed (method 8)'],
    ['no-storage-entry', 'the archive has no storage "0"'],
    ['short-storage', 'its storage should have 24 bytes, but the archive holds 23'],
  ])('is an error: %s', async (name, message) => {
    const text = await messageOfReading(oracle(`hostile/${name}.bin`));
    expect(text).toContain(`error CHECKPOINT_INVALID at hostile/${name}.bin`);
    expect(text).toContain(`\n  ${message}\n`);
  });

  it('is an error where other sizes would lead to more memory than the file has', async () => {
    const view = (shape: number[], strides: number[]): Buffer =>
      pickled('}', text('a'), tensor(storage('0', 1), 0, shape, strides), 's');
    const repeated = written(checkpoint(view([1 << 20], [0]), { 0: new Uint8Array(4) }));
    expect((await readAll(repeated))['a']!.data).toHaveLength(1 << 20);
    const more = written(checkpoint(view([(1 << 20) + 1], [0]), { 0: new Uint8Array(4) }));
    expect(await messageOfReading(more)).toContain('has 1048577 values, but its storage has 1');
    const nothing = written(
      checkpoint(view([2 ** 31 - 1, 2 ** 31 - 1, 0], [1, 1, 1]), { 0: new Uint8Array(4) }),
    );
    expect((await readAll(nothing))['a']).toEqual(hostTensor([], [2 ** 31 - 1, 2 ** 31 - 1, 0]));
  });
});

describe('what is no state dict', () => {
  const several =
    '\n  allowed: a state dict, or one under one of the keys state_dict, model, model_state_dict, module' +
    '\n  fix: save only the state dict of the model: `torch.save(model.state_dict(), "pytorch_model.bin")`';

  it('is refused', async () => {
    expect(await messageOfReading(oracle('tensor.bin'))).toBe(
      `error CHECKPOINT_INVALID at tensor.bin\n  the file holds a tensor instead of a state dict\n  allowed: tensors by name${damaged}`,
    );
    expect(await messageOfReading(oracle('list.bin'))).toContain('holds a list instead of a state dict');
    expect((await openTorchFile(oracle('nothing.bin'))).entries.size).toBe(0);
  });

  it('is refused where it is not clear which one is meant', async () => {
    expect(await messageOfReading(oracle('nested-two.bin'))).toBe(
      `error CHECKPOINT_AMBIGUOUS at nested-two.bin\n  there are several dictionaries with tensors: "teacher", "student"${several}`,
    );
    expect(await messageOfReading(oracle('nested-beside.bin'))).toBe(
      `error CHECKPOINT_AMBIGUOUS at nested-beside.bin\n  there are tensors ("w", …) beside dictionaries with tensors: "model"${several}`,
    );
  });
});

describe('other files', () => {
  it('are refused', async () => {
    expect(await messageOfReading(path.join(root, 'none.bin'))).toBe(
      'error CHECKPOINT_NOT_FOUND at none.bin\n  there is no such file',
    );
    mkdirSync(path.join(root, 'folder.bin'), { recursive: true });
    expect(await messageOfReading(path.join(root, 'folder.bin'))).toContain(
      'error CHECKPOINT_INVALID at folder.bin\n  this is no file',
    );
    const other = `  the file is no checkpoint that torch.save wrote${damaged}`;
    expect(await messageOfReading(written(Buffer.alloc(0)))).toBe(
      `error CHECKPOINT_INVALID at x.bin\n${other}`,
    );
    expect(await messageOfReading(written(Buffer.from('<!doctype html>')))).toContain(other);
    copyFileSync(oracle('types.safetensors'), path.join(root, 'x.bin'));
    expect(await messageOfReading(path.join(root, 'x.bin'))).toContain(other);
    expect(await messageOfReading(written(pickled('}')))).toContain(other);
  });

  it('are refused with a hint where Git LFS left a pointer', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n';
    expect(await messageOfReading(written(Buffer.from(pointer)))).toBe(
      'error CHECKPOINT_INVALID at x.bin\n  the file is a pointer of Git LFS, not the weights\n' +
        '  fix: fetch the weights: `git lfs pull` in the folder',
    );
  });

  it('show no control characters of a file', async () => {
    const pickle = pickled('c', opcodes('\x1b[31mevil\nname\n'), ')R');
    expect(await messageOfReading(written(checkpoint(pickle)))).toContain('asks for "\\u001b[31mevil.name"');
  });
});
