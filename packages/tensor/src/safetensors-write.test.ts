import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatError, MdpdError, type HostRecord } from '@mdpd/core';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { hostTensor, sizeOf } from './host.ts';
import { readSafetensors } from './safetensors.ts';
import { writeSafetensors } from './safetensors-write.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const oracle = (name: string): string => new URL(`./oracles/${name}.safetensors`, import.meta.url).pathname;

const writtenFloats = {
  weight: hostTensor(
    Array.from({ length: 15 }, (_, i) => Math.fround((i - 7) / 7)),
    [3, 5],
  ),
  'a.bias': hostTensor([0.1, -0.2, 3e-8], [3]),
  'Ünïcode "name"': hostTensor([1.5], []),
  ids: hostTensor([1, -2], [1, 2], 'int32'),
  mask: hostTensor([1, 0, 1], [3], 'bool'),
  empty: hostTensor([], [0, 4]),
};

describe('writing', () => {
  it.each(['F32', 'F16', 'BF16'] as const)(
    'gives the bytes of the reference implementation (%s)',
    (dtype) => {
      const file = path.join(folder, 'written.safetensors');
      writeSafetensors(file, writtenFloats, { dtype });
      expect(readFileSync(file)).toEqual(readFileSync(oracle(`written-${dtype.toLowerCase()}`)));
    },
  );

  it('does not depend on the order of the names, and overwrites', () => {
    const [first, second] = ['first', 'second'].map((name) => path.join(folder, name));
    writeSafetensors(first!, { z: hostTensor([9], [1]) });
    writeSafetensors(first!, writtenFloats, { metadata: { b: '2', a: '1' } });
    const reversed = Object.fromEntries(Object.entries(writtenFloats).reverse());
    writeSafetensors(second!, reversed, { metadata: { a: '1', b: '2' } });
    expect(readFileSync(first!)).toEqual(readFileSync(second!));
    expect(() => writeSafetensors(first!, { __metadata__: hostTensor([1], [1]) })).toThrow(
      'cannot be called',
    );
  });

  it('is undone by reading', async () => {
    const file = path.join(folder, 'round.safetensors');
    const tensor = fc
      .tuple(
        fc.array(fc.nat(4), { maxLength: 4 }),
        fc.constantFrom('float32' as const, 'int32' as const, 'bool' as const),
        fc.infiniteStream(fc.tuple(fc.float(), fc.integer(), fc.boolean())),
      )
      .map(([shape, dtype, stream]) => {
        const pick = { float32: 0, int32: 1, bool: 2 }[dtype];
        const values = [...stream.take(sizeOf(shape))].map((options) => Number(options[pick]));
        return hostTensor(values, shape, dtype);
      });
    const name = fc.string({ unit: 'grapheme' }).filter((text) => text !== '__metadata__');
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(name, tensor, { maxKeys: 5, noNullPrototype: true }),
        async (tensors) => {
          writeSafetensors(file, tensors);
          expect(await readSafetensors(file)).toEqual(tensors);
          expect((readFileSync(file).readUInt32LE() + 8) % 8).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  const failure = (file: string, tensors: HostRecord = writtenFloats): string => {
    try {
      writeSafetensors(file, tensors);
    } catch (error) {
      if (error instanceof MdpdError)
        return formatError(error).replaceAll(/\/[^ ']*safetensors-[^/]*\//g, '');
      throw error;
    }
    return 'no error';
  };

  it('says why it cannot, and leaves nothing behind', () => {
    const place = mkdtempSync(path.join(folder, 'full-'));
    writeFileSync(path.join(place, 'file'), '');
    mkdirSync(path.join(place, 'taken', 'inner'), { recursive: true });
    const texts = ['none/x', 'file/x', 'taken'].map((name) =>
      failure(path.join(place, name))
        .replaceAll(/full-\w+\//g, '')
        .replaceAll(/tmp-\w+/g, 'tmp'),
    );
    expect(texts).toEqual([
      "error WRITE_FAILED at none/x\n  the file cannot be written: ENOENT: no such file or directory, open 'none/x.tmp'\n" +
        '  fix: create the folder first',
      "error WRITE_FAILED at file/x\n  the file cannot be written: ENOTDIR: not a directory, open 'file/x.tmp'\n" +
        '  fix: choose a folder, not a file',
      "error WRITE_FAILED at taken\n  the file cannot be written: EISDIR: illegal operation on a directory, rename 'taken.tmp' -> 'taken'",
    ]);
    expect(readdirSync(place).sort()).toEqual(['file', 'taken']);
  });

  it.skipIf(process.platform === 'win32')('keeps the old file when the disk is full', () => {
    const place = mkdtempSync(path.join(folder, 'disk-'));
    const file = path.join(place, 'model.safetensors');
    writeSafetensors(file, writtenFloats);
    const before = readFileSync(file);
    const module = new URL('./safetensors-write.ts', import.meta.url).href;
    const script = `
      import { writeSafetensors } from '${module}';
      const big = { data: new Float32Array(1e6), shape: [1e6], dtype: 'float32' };
      try { writeSafetensors(${JSON.stringify(file)}, { big }); } catch (error) { console.log(error.code, error.cause.code); }
    `;
    // A file size limit stands for a full disk: the system refuses the write in the middle.
    const run = spawnSync(
      'sh',
      [
        '-c',
        'trap "" XFSZ; ulimit -f 1000; exec "$0" --conditions=@mdpd/source --import tsx --input-type=module -e "$1"',
        process.execPath,
        script,
      ],
      { encoding: 'utf8', cwd: import.meta.dirname },
    );
    expect([run.stdout.trim(), run.stderr]).toEqual(['WRITE_FAILED EFBIG', '']);
    expect(readdirSync(place)).toEqual(['model.safetensors']);
    expect(readFileSync(file)).toEqual(before);
  });
});
