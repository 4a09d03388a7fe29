import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatError, MdpdError } from '@mdpd/core';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readPickle, readPickleFile, type PickleLimits } from './plain-pickle.ts';

interface OracleCase {
  readonly name: string;
  /** Base64. */
  readonly pickle: string;
  readonly value: unknown;
}

const oracle = JSON.parse(
  readFileSync(new URL('oracles/pickles.json', import.meta.url), 'utf8'),
) as OracleCase[];
const bytesOf = ({ pickle }: OracleCase): Uint8Array => Buffer.from(pickle, 'base64');
const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');

function failure(bytes: Uint8Array, limits?: Partial<PickleLimits>): string {
  try {
    readPickle(bytes, 'refs(unc).p', limits);
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error);
    throw error;
  }
  return 'read';
}

const folder = mkdtempSync(join(tmpdir(), 'mdpd-pickle-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('readPickle', () => {
  it.each(oracle.map((each) => [each.name, each] as const))('reads %s as Python does', (_, each) => {
    const value = readPickle(bytesOf(each), 'x.p');
    // Objects have no prototype.
    expect(structuredClone(value)).toEqual(each.value);
    expect(JSON.stringify(value)).toBe(JSON.stringify(each.value));
  });

  it('has every protocol', () => {
    for (const protocol of [0, 1, 2, 3, 4, 5]) {
      expect(oracle.some(({ name }) => name === `refs, protocol ${protocol}`)).toBe(true);
    }
  });

  it('gives integers beyond doubles as bigint', () => {
    expect(readPickle(ascii('L9007199254740993L\n.'), 'x.p')).toBe(9007199254740993n);
  });

  it('keeps what is shared one object, however much it would be as text', () => {
    // Thirty lists, each of which holds the one before twice.
    let text = '(lp0\n';
    for (let level = 1; level <= 30; level++) text += `0(g${level - 1}\ng${level - 1}\nlp${level}\n`;
    let value = readPickle(ascii(`${text}.`), 'x.p') as unknown[];
    for (let level = 0; level < 30; level++) {
      expect(value[0]).toBe(value[1]);
      value = value[0] as unknown[];
    }
    expect(value).toEqual([]);
  });

  it('a key of a prototype is a key', () => {
    const value = readPickle(ascii("(dS'__proto__'\nI1\ns."), 'x.p') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['__proto__']).not.toBe(1);
  });
});

describe('pickles that do more than hold data', () => {
  it('that call something are refused, and nothing is called', () => {
    expect(failure(ascii("cos\nsystem\n(S'touch /tmp/owned'\ntR."))).toBe(
      'error PICKLE_UNSAFE at refs(unc).p\n' +
        '  the pickle uses the opcode GLOBAL (0x63), which plain data does not need (byte 0)\n' +
        '  allowed: lists, dictionaries, tuples, texts and numbers: a data file may run nothing\n' +
        '  fix: if you trust who made it, read it in Python and write plain lists and dictionaries again',
    );
  });

  it.each([
    ['GLOBAL', 'ccollections\nOrderedDict\n.'],
    ['STACK_GLOBAL', '\x80\x04\x8c\x02os\x8c\x06system\x93.'],
    ['REDUCE', 'I1\n)R.'],
    ['BUILD', '}}b.'],
    ['NEWOBJ', '\x80\x02))\x81.'],
    ['NEWOBJ_EX', '\x80\x04)))\x92.'],
    ['INST', '(ios\nsystem\n.'],
    ['OBJ', '(I1\no.'],
    ['PERSID', 'Pabc\n.'],
    ['BINPERSID', 'I1\nQ.'],
    ['EXT1', '\x80\x02\x82\x01.'],
    ['EMPTY_SET', '\x80\x04\x8f.'],
    ['BYTEARRAY8', '\x80\x05\x96\0\0\0\0\0\0\0\0.'],
    ['NEXT_BUFFER', '\x80\x05\x97.'],
  ])('by %s are refused', (name, pickle) => {
    const said = failure(ascii(pickle));
    expect(said).toContain('error PICKLE_UNSAFE at refs(unc).p');
    expect(said).toContain(`uses the opcode ${name} (0x`);
  });

  it('of a later protocol are refused', () => {
    expect(failure(ascii('\x80\x06N.'))).toContain('is of protocol 6; protocols 0 to 5 are read (byte 0)');
  });
});

describe('damaged pickles', () => {
  it.each([
    ['nothing', '', 'needs 1 more bytes, but the file ends (byte 0)'],
    ['no end', '(lp0\n', 'needs 1 more bytes, but the file ends (byte 5)'],
    ['a text that is too long', 'U\xff.', 'needs 255 more bytes'],
    [
      'a length beyond everything',
      '\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff.',
      'but the file ends (byte 2)',
    ],
    ['another byte', '\xfe.', 'has the byte 0xfe, which is no opcode (byte 0)'],
    ['converted line ends', '(lp0\r\n.', 'has lines that end in CR LF: its line ends were converted'],
    ['nothing at its end', '.', 'ends with 0 values instead of one'],
    ['two values', 'I1\nI2\n.', 'ends with 2 values instead of one'],
    ['a note that was never made', 'g7\n.', 'recalls note 7, which it never made'],
    ['a negative note', 'Np-1\n.', 'has the note -1'],
    ['no integer', 'I1x\n.', 'has "1x" for an integer'],
    ['an empty float', 'F\n.', 'has "" for a float'],
    ['a text without quotes', 'Sabc\n.', 'has "abc" for a text'],
    ['half an escape', "S'\\x4'\n.", 'for a text'],
    ['a point beyond Unicode', 'V\\U00110000\n.', 'for a text'],
    ['a text that is not UTF-8', 'X\x01\0\0\0\xff.', 'has a text that is not UTF-8'],
    ['an entry of a list', '(lI1\nI2\ns.', 'sets an entry of a list'],
    ['a key alone', '(I1\nd.', 'has a key without a value'],
    ['a key twice', '(I1\nI1\nI1\nI2\nd.', 'has the key 1 twice'],
    ['a key as text and as integer', "(I1\nI1\nS'1'\nI2\nd.", 'has the key "1" twice'],
    ['a list for a key', '((lI1\nd.', 'has a list for the key of a dictionary; texts and integers are read'],
    ['a list in itself', '(lp0\ng0\na.', 'holds a list or dictionary that contains itself'],
    ['no mark', 't.', 'takes a mark that is not there'],
    ['a huge integer', '\x80\x02\x8b\xff\xff\xff\x7f.', 'has an integer of 2147483647 bytes'],
  ])('with %s are errors', (_, pickle, text) => {
    const said = failure(ascii(pickle));
    expect(said).toContain('error PICKLE_INVALID at refs(unc).p\n  the pickle ');
    expect(said).toContain(text);
  });

  it.each<[string, string, Partial<PickleLimits>, string]>([
    ['bytes', 'I123456789\n.', { bytes: 5 }, 'has 12 bytes, more than 5'],
    ['containers', '(((lll.', { containers: 2 }, 'has more than 2 containers'],
    ['notes', 'Np0\np1\np2\n.', { memo: 2 }, 'has more than 2 notes'],
    ['values that wait', 'NNN.', { stack: 2 }, 'has more than 2 values that wait'],
    ['marks', '(((', { stack: 2 }, 'has more than 2 marks'],
    ['levels', '(((lll.', { depth: 2 }, 'holds lists and dictionaries more than 2 deep'],
  ])('are limited in their %s', (_, pickle, limits, text) => {
    expect(failure(ascii(pickle), limits)).toContain(text);
  });

  it('of many backslashes are read in time that grows with them', () => {
    // Squared, a million of them took minutes.
    const begin = process.cpuUsage();
    const run = '\\'.repeat(1_000_000);
    expect(readPickle(ascii(`V${run}\n.`), 'x.p')).toHaveLength(1_000_000);
    expect(readPickle(ascii(`V${run}u0041\n.`), 'x.p')).toHaveLength(1_000_005);
    expect(process.cpuUsage(begin).user / 1e6).toBeLessThan(5);
  });

  it('never give anything but an error or data', () => {
    const seeds = oracle.map(bytesOf).filter(({ length }) => length < 2000);
    const change = fc.record({ at: fc.nat(1999), byte: fc.integer({ min: 0, max: 255 }) });
    const damaged = fc
      .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(2000))
      .map(([seed, changes, end]) => {
        const bytes = Buffer.from(seed);
        for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
        return end % 3 === 0 ? bytes.subarray(0, end % bytes.length) : bytes;
      });
    const codes = new Set<string>();
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 100 })), (bytes) => {
        // Everything else that is thrown fails.
        codes.add(failure(bytes).split(' at ')[0]!);
      }),
      { numRuns: 20_000, seed: 1 },
    );
    expect([...codes].sort()).toEqual(['error PICKLE_INVALID', 'error PICKLE_UNSAFE', 'read']);
  });
});

describe('readPickleFile', () => {
  it('reads a file, and no larger one than is allowed', async () => {
    const path = join(folder, 'x.p');
    writeFileSync(path, 'I12\n.');
    expect(await readPickleFile(path)).toBe(12);
    await expect(readPickleFile(path, { bytes: 3 })).rejects.toThrow('the pickle has 5 bytes, more than 3');
    await expect(readPickleFile(join(folder, 'none.p'))).rejects.toThrow('ENOENT');
  });
});
