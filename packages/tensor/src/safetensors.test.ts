import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatError, MdpdError } from '@mdpd/core';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { hostTensor, sizeOf } from './host.ts';
import { openSafetensors, readSafetensors } from './safetensors.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const oracle = (name: string): string => new URL(`./oracles/${name}.safetensors`, import.meta.url).pathname;

/** A file from the text of its header. */
function craft(header: string, dataBytes = 0, claimed?: bigint): string {
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimed ?? BigInt(text.length));
  const file = path.join(folder, 'x.safetensors');
  writeFileSync(file, Buffer.concat([length, text, Buffer.alloc(dataBytes)]));
  return file;
}

/** The message that a user would see, with the folder left out. */
async function messageOfReading(file: string): Promise<string> {
  try {
    await readSafetensors(file);
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error).replaceAll(`${folder}/`, '');
    throw error;
  }
  return 'no error';
}

const entry = (dtype: string, shape: unknown, offsets: unknown): string =>
  `{"dtype":${JSON.stringify(dtype)},"shape":${JSON.stringify(shape)},"data_offsets":${JSON.stringify(offsets)}}`;

describe('reading', () => {
  it('reads the minimal file', async () => {
    const header = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  ';
    const file = craft(header, 4);
    const bytes = readFileSync(file);
    bytes.set([0, 0, 0x80, 0x3f], 64);
    writeFileSync(file, bytes);
    expect([bytes.length, bytes[0]]).toEqual([68, 0x38]);
    expect(await readSafetensors(file)).toEqual({ a: hostTensor([1], [1]) });
  });

  it('reads every type that the reference implementation writes', async () => {
    const third = Math.fround(1 / 3);
    expect(await readSafetensors(oracle('types'))).toEqual({
      f64: hostTensor([third, -2], [2]),
      f32: hostTensor([0, -0, 1, third, -65504, 1e-7], [2, 3]),
      f16: hostTensor([0, -0, 1, 0.333251953125, -65504, 2 * 2 ** -24], [2, 3]),
      bf16: hostTensor([0, -0, 1, 0.333984375, -65536, 1.0011717677116394e-7], [2, 3]),
      i64: hostTensor([2 ** 31 - 1, -(2 ** 31)], [2], 'int32'),
      i32: hostTensor([7, -7], [2], 'int32'),
      i16: hostTensor([-300], [1], 'int32'),
      i8: hostTensor([-3], [1], 'int32'),
      u8: hostTensor([200], [1], 'int32'),
      bool: hostTensor([1, 0], [2, 1], 'bool'),
      scalar: hostTensor([2.5], []),
      empty: hostTensor([], [0, 3]),
    });
  });

  it('reads one tensor at a time, also where the data are not aligned', async () => {
    const file = craft(`{"b":${entry('F32', [2], [1, 9])},"a":${entry('U8', [1], [0, 1])}}`, 9);
    const opened = await openSafetensors(file);
    expect([...opened.entries.keys()]).toEqual(['a', 'b']);
    expect(await opened.read('b')).toEqual(hostTensor([0, 0], [2]));
    await expect(opened.read('c')).rejects.toThrow('has no tensor c');
    await opened.close();
  });

  it('keeps metadata', async () => {
    const file = await openSafetensors(oracle('types'));
    expect([...file.metadata]).toEqual([['format', 'pt']]);
    await file.close();
  });

  it('says that an integer does not fit', async () => {
    const file = craft(`{"ids":${entry('I64', [1], [0, 8])}}`, 8);
    const bytes = readFileSync(file);
    bytes.writeBigInt64LE(2n ** 31n, bytes.length - 8);
    writeFileSync(file, bytes);
    expect(await messageOfReading(file)).toBe(
      'error SAFETENSORS_RANGE at x.safetensors: "ids"\n  the integer 2147483648 does not fit 32 bits',
    );
  });
});

describe('refusing', () => {
  it('a file that is not there, or no file', async () => {
    expect(await messageOfReading(path.join(folder, 'none.safetensors'))).toBe(
      'error SAFETENSORS_NOT_FOUND at none.safetensors\n  there is no such file',
    );
    mkdirSync(path.join(folder, 'folder.safetensors'));
    expect(await messageOfReading(path.join(folder, 'folder.safetensors'))).toBe(
      'error SAFETENSORS_UNREADABLE at folder.safetensors\n  the file cannot be read: EISDIR: illegal operation on a directory, read',
    );
  });

  it('a file that ends too early', async () => {
    const again = '\n  fix: the file is incomplete: get it again';
    const empty = path.join(folder, 'empty.safetensors');
    writeFileSync(empty, '');
    expect(await messageOfReading(empty)).toBe(
      `error SAFETENSORS_TRUNCATED at empty.safetensors\n  the file ends at byte 0${again}`,
    );
    expect(await messageOfReading(craft('{}', 0, 50n))).toBe(
      `error SAFETENSORS_TRUNCATED at x.safetensors\n  the header claims 50 bytes, but the file has 10${again}`,
    );
    const shrunk = craft(`{"a":${entry('F32', [4], [0, 16])}}`, 16);
    const file = await openSafetensors(shrunk);
    writeFileSync(shrunk, readFileSync(shrunk).subarray(0, -4));
    await expect(file.read('a')).rejects.toThrow('the file ends at byte 75');
    await file.close();
  });

  it('a header that claims too much, before allocating it', async () => {
    expect(await messageOfReading(craft('{}', 0, 100_000_001n))).toBe(
      'error SAFETENSORS_HEADER at x.safetensors\n  the header claims 100000001 bytes\n' +
        '  allowed: at most 100000000; is this a safetensors file?',
    );
    expect(await messageOfReading(craft('{}', 0, 2n ** 64n - 1n))).toContain(
      'claims 18446744073709551615 bytes',
    );
  });

  it.each([
    ['', 'the header does not begin with "{"'],
    ['[1]', 'the header does not begin with "{"'],
    [' {}', 'the header does not begin with "{"'],
    ['{"a":}', 'the header is not JSON in UTF-8: '],
    ['{} x', 'the header is not JSON in UTF-8: '],
    ['{"a":1}', 'the tensor is not described by an object'],
    ['{"a":null}', 'the tensor is not described by an object'],
    [
      `{"a":${entry('F32', [1], [0, 4])},"a":${entry('F32', [1], [0, 4])}}`,
      'the header has the key "a" twice',
    ],
    [
      `{"a":${entry('F32', [1], [0, 4])},"\\u0061":${entry('F32', [1], [0, 4])}}`,
      'the header has the key "a" twice',
    ],
    [
      '{"a":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}}',
      'the header has the key "dtype" twice',
    ],
    ['{"__metadata__":{"format":1}}', '__metadata__ of the header holds something else than texts'],
    ['{"__metadata__":[]}', '__metadata__ of the header holds something else than texts'],
    [`{"a":${entry('F32', [-1], [0, 4])}}`, 'shape [-1] is not a list of lengths'],
    [`{"a":${entry('F32', [1.5], [0, 6])}}`, 'shape [1.5] is not a list of lengths'],
    [`{"a":${entry('F32', [1e300], [0, 4])}}`, 'shape [1e+300] is not a list of lengths'],
    [`{"a":${entry('F32', '1', [0, 4])}}`, 'shape "1" is not a list of lengths'],
    [`{"a":${entry('F32', [1], [0])}}`, 'data_offsets [0] are not two offsets'],
    [`{"a":${entry('F32', [1], [-4, 0])}}`, 'data_offsets [-4,0] are not two offsets'],
    [
      `{"a":{"dtype":"F32","data_offsets":[0,4],"shape":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
      'shape [[["…"]]] is not a list of lengths',
    ],
    [`{"a":{"dtype":"F32"}}`, 'shape undefined is not a list of lengths'],
  ])('the header %s', async (header, message) => {
    const text = await messageOfReading(craft(header, 4));
    expect(text).toContain('error SAFETENSORS_HEADER at x.safetensors');
    expect(text.split('\n')[1]).toContain(message);
  });

  it('text that is not UTF-8', async () => {
    const file = craft('{"aa":1}');
    const bytes = readFileSync(file);
    bytes[10] = 0xff;
    writeFileSync(file, bytes);
    expect(await messageOfReading(file)).toContain('the header is not JSON in UTF-8');
  });

  it('types it does not know', async () => {
    expect(await messageOfReading(craft(`{"a.b":${entry('F8_E4M3', [4], [0, 4])}}`, 4))).toBe(
      'error SAFETENSORS_DTYPE at x.safetensors: "a.b"\n' +
        '  values of type "F8_E4M3" cannot be read\n' +
        '  allowed: F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL\n' +
        '  fix: convert the checkpoint to F32, F16 or BF16',
    );
    expect(await messageOfReading(craft(`{"a":${entry('toString', [4], [0, 4])}}`, 4))).toContain(
      '"toString"',
    );
  });

  it('sizes that lie', async () => {
    expect(await messageOfReading(craft(`{"a":${entry('F32', [2], [0, 4])}}`, 4))).toBe(
      'error SAFETENSORS_OFFSETS at x.safetensors: "a"\n' +
        '  shape [2] of type F32 takes 8 bytes, but the offsets hold 4',
    );
    const big = 2 ** 50;
    expect(await messageOfReading(craft(`{"a":${entry('F32', [big, big], [0, 4])}}`, 4))).toContain(
      'SAFETENSORS_OFFSETS',
    );
    expect(await messageOfReading(craft(`{"a":${entry('U8', [4], [4, 0])}}`, 4))).toContain(
      'the offsets hold -4',
    );
  });

  it('holes, overlaps and data that nothing owns', async () => {
    const damaged = '\n  fix: the file is damaged or incomplete: get it again';
    const two = (first: number[], second: number[], bytes: number): Promise<string> =>
      messageOfReading(craft(`{"a":${entry('U8', [4], first)},"b":${entry('U8', [4], second)}}`, bytes));
    const at = 'error SAFETENSORS_OFFSETS at x.safetensors\n  ';
    expect(await two([0, 4], [2, 6], 6)).toBe(`${at}"b" at byte 2 overlaps what ends at byte 4${damaged}`);
    expect(await two([0, 4], [6, 10], 10)).toBe(`${at}bytes 4 to 6 before "b" belong to no tensor${damaged}`);
    expect(await two([4, 8], [0, 4], 9)).toBe(`${at}the tensors take 8 bytes, but the file has 9${damaged}`);
    expect(await two([4, 8], [0, 4], 7)).toBe(`${at}the tensors take 8 bytes, but the file has 7${damaged}`);
    expect(await two([4, 8], [0, 4], 8)).toBe('no error');
  });

  it('mutated files, never with anything but a clear error', async () => {
    const original = readFileSync(oracle('written-f32'));
    const file = path.join(folder, 'mutated.safetensors');
    const change = fc.record({ at: fc.nat(original.length - 1), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 4 }),
        fc.nat(original.length),
        async (changes, length) => {
          const bytes = Buffer.from(original);
          for (const { at, byte } of changes) bytes[at] = byte;
          writeFileSync(file, length % 3 === 0 ? bytes.subarray(0, length) : bytes);
          const tensors = await readSafetensors(file).catch((error: unknown) => {
            if (error instanceof MdpdError) return {};
            throw error;
          });
          for (const { data, shape } of Object.values(tensors)) expect(data).toHaveLength(sizeOf(shape));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('headers of any JSON, never with anything but a clear error', async () => {
    const word = fc.constantFrom(
      'a',
      '__proto__',
      '__metadata__',
      'dtype',
      'shape',
      'data_offsets',
      'F32',
      '',
    );
    const tree = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        word,
        fc.integer(),
        fc.double(),
        fc.constantFrom(null, true),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(word, tie('value'), { maxKeys: 4 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(word, tree.value), fc.nat(16), async (header, bytes) => {
        const text = await messageOfReading(craft(JSON.stringify(header), bytes));
        expect(text).toMatch(/^(no error$|error SAFETENSORS_)/);
      }),
      { numRuns: 200 },
    );
  });

  it('JSON nested without end, and names without end', async () => {
    expect(await messageOfReading(craft(`{"a":${'['.repeat(200_000)}`))).toContain('SAFETENSORS_HEADER');
    const deep = `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
    expect(await messageOfReading(craft(deep))).toContain('the tensor is not described by an object');
    const dtype = `{"a":{"dtype":${'['.repeat(5_000)}${']'.repeat(5_000)},"shape":[1],"data_offsets":[0,4]}}`;
    expect(await messageOfReading(craft(dtype))).toContain('cannot be read');
    const long = await messageOfReading(craft(`{"${'a'.repeat(3_000_000)}":1}`));
    expect(long.length).toBeLessThan(400);
  });
});
