import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatError, MdpdError } from '@mdpd/core';
import { afterAll, describe, expect, it } from 'vitest';
import { byteReader } from './byte-reader.ts';
import { allowedOpcodes, foreignOpcodes } from './pickle-opcodes.ts';
import type { PickleValue } from './pickle-values.ts';
import { global, opcodes, pickled, storage, text } from './testing/archive.ts';
import { torchVocabulary } from './torch-globals.ts';
import { unpickle } from './unpickle.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'unpickle-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(bytes: Buffer): { value: PickleValue; end: number } {
  const file = path.join(folder, 'x.pkl');
  writeFileSync(file, bytes);
  const descriptor = openSync(file, 'r');
  try {
    const reader = byteReader(descriptor, 'x.pkl', 'the pickle', 0, bytes.length);
    return { value: unpickle(reader, torchVocabulary), end: reader.position() };
  } finally {
    closeSync(descriptor);
  }
}

const value = (...parts: (string | Buffer)[]): PickleValue => read(pickled(...parts)).value;

/** Code and message of a refusal. */
function refusal(bytes: Buffer): string {
  try {
    read(bytes);
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error).split('\n').slice(0, 2).join(':');
    throw error;
  }
  return 'no error';
}

const UNSAFE = 'error CHECKPOINT_UNSAFE at x.pkl:  its pickle ';
const INVALID = 'error CHECKPOINT_INVALID at x.pkl:  its pickle ';

describe('plain data', () => {
  it.each<[string, (string | Buffer)[], PickleValue]>([
    ['None', ['N'], null],
    ['True', ['\x88'], true],
    ['False', ['\x89'], false],
    ['BININT1', ['K\xff'], 255],
    ['BININT2', ['M\x01\xff'], 0xff01],
    ['BININT', ['J\xff\xff\xff\xff'], -1],
    ['an empty LONG1', ['\x8a\x00'], 0],
    ['LONG1', ['\x8a\x05\x00\x00\x00\x00\x01'], 2 ** 32],
    ['a negative LONG1', ['\x8a\x01\x80'], -128],
    ['a long LONG1', ['\x8a\x09' + '\x00'.repeat(8) + '\x01'], 2n ** 64n],
    ['BINFLOAT', ['G\x3f\xe0\x00\x00\x00\x00\x00\x00'], 0.5],
    ['BINUNICODE', [text('é\u{1f600}')], 'é\u{1f600}'],
    ['SHORT_BINSTRING', ['U\x02ab'], 'ab'],
    ['BINSTRING', ['T\x02\x00\x00\x00ab'], 'ab'],
    ['a tuple', ['(K\x01K\x02t'], { kind: 'tuple', items: [1, 2] }],
    [
      'tuples of fixed lengths',
      [')K\x01\x85\x86'],
      {
        kind: 'tuple',
        items: [
          { kind: 'tuple', items: [] },
          { kind: 'tuple', items: [1] },
        ],
      },
    ],
    ['TUPLE3', ['K\x01K\x02K\x03\x87'], { kind: 'tuple', items: [1, 2, 3] }],
    ['lists', [']K\x01a(K\x02K\x03e'], { kind: 'list', items: [1, 2, 3] }],
    [
      'notes',
      [']q\x05r\x09\x00\x00\x00K\x07aj\x09\x00\x00\x00K\x08a\x86'],
      {
        kind: 'tuple',
        items: [
          { kind: 'list', items: [7, 8] },
          { kind: 'list', items: [7, 8] },
        ],
      },
    ],
  ])('%s', (_, parts, expected) => {
    expect(value(...parts)).toEqual(expected);
  });

  it('dictionaries, ordered or not', () => {
    const entries = new Map<PickleValue, PickleValue>([
      ['a', 1],
      [2, 'b'],
    ]);
    const items = ['(', text('a'), 'K\x01K\x02', text('b'), 'u'];
    expect(value('}', ...items)).toEqual({ kind: 'dict', ordered: false, entries });
    expect(value(global('collections', 'OrderedDict'), ')R', ...items, '}b')).toEqual({
      kind: 'dict',
      ordered: true,
      entries,
    });
    // As Python 2 pickled it.
    const pairs = [']](', text('a'), 'K\x01ea](K\x02', text('b'), 'ea\x85'];
    expect(value(global('collections', 'OrderedDict'), ...pairs, 'R')).toEqual({
      kind: 'dict',
      ordered: true,
      entries,
    });
  });

  it('settings of a training script, which are not looked into', () => {
    const settings = [global('argparse', 'Namespace'), ')\x81}', text('lr'), 'K\x01sb'];
    expect(value(...settings)).toEqual({ kind: 'opaque', name: 'argparse.Namespace' });
    expect(value(global('torch', 'device'), text('cuda'), '\x85R')).toEqual({
      kind: 'opaque',
      name: 'torch.device',
    });
  });

  it('that contain themselves', () => {
    const list = value(']q\x00h\x00a') as { items: PickleValue[] };
    expect(list.items[0]).toBe(list);
  });

  it('up to the end of the pickle only', () => {
    expect(read(opcodes(pickled('N'), 'rest'))).toEqual({ value: null, end: 4 });
    const long = 'x'.repeat(70_000);
    expect(value(']', text(long), 'a(', text(long), text('y'), 'e')).toEqual({
      kind: 'list',
      items: [long, long, 'y'],
    });
  });
});

describe('what could run something', () => {
  it('is none of the opcodes that are allowed', () => {
    for (let code = 0; code < 256; code++) {
      if (allowedOpcodes.has(code) || code === 0x2e) continue;
      const hexadecimal = `0x${code.toString(16).padStart(2, '0')}`;
      const name = foreignOpcodes.get(code);
      expect(refusal(pickled('N', Buffer.from([code])))).toBe(
        name === undefined
          ? `${INVALID}has the byte ${hexadecimal}, which is no opcode`
          : `${UNSAFE}uses the opcode ${name} (${hexadecimal}), which tensors do not need`,
      );
    }
    // All that Python knows: 68 in protocol 5.
    expect(allowedOpcodes.size + foreignOpcodes.size + 1).toBe(68);
  });

  it.each([
    ['a name that is not on the list', [global('os', 'system')], 'asks for "os.system", which is not among'],
    [
      'a path through an allowed module',
      [global('torch', 'storage.os.system')],
      'asks for "torch.storage.os.system"',
    ],
    [
      'two names that make an allowed one',
      [global('torch._utils._rebuild_tensor_v2', '')],
      'asks for "torch._utils._rebuild_tensor_v2."',
    ],
    ['a member of an object', [global('', '__proto__')], 'asks for ".__proto__"'],
    ['a call of a text', [text('os.system'), ')R'], 'calls a text'],
    ['a call of a storage class', [global('torch', 'FloatStorage'), ')R'], 'calls torch.FloatStorage'],
    ['a call of a type', [global('torch', 'uint16'), ')R'], 'calls torch.uint16'],
    ['a call of a note', [']q\x00h\x00)R'], 'calls a list'],
    [
      'an object of a function',
      [global('torch._utils', '_rebuild_tensor_v2'), ')\x81'],
      'makes an object of torch._utils._rebuild_tensor_v2',
    ],
    [
      'an object of a dictionary',
      [global('collections', 'OrderedDict'), ')\x81'],
      'makes an object of collections.OrderedDict',
    ],
    ['attributes of a dict', ['}}b'], 'sets attributes of a dict'],
    [
      'attributes of a class',
      [global('collections', 'OrderedDict'), '}b'],
      'sets attributes of collections.OrderedDict',
    ],
    ['attributes of a storage', [storage('0', 1), '}b'], 'sets attributes of a storage'],
    ['an object of another kind than a storage', ['(', text('module'), ')tQ'], 'asks for the object a text'],
    ['an object without a kind', ['NQ'], 'asks for the object nothing'],
  ])('%s', (_, parts, message) => {
    expect(refusal(pickled(...parts))).toContain(`${UNSAFE}${message}`);
  });
});

describe('what is damaged', () => {
  it.each([
    ['no protocol', opcodes('N.'), 'does not begin with its protocol'],
    ['no value', pickled(), 'ends with 0 values instead of one'],
    ['two values', pickled('NN'), 'ends with 2 values instead of one'],
    ['a mark at the end', pickled('N('), 'ends with 1 values instead of one'],
    ['values below a mark', pickled('N(\x85'), 'takes a value that is not there'],
    ['too few values', pickled('N\x86'), 'takes a value that is not there'],
    ['no mark', pickled('Nt'), 'takes a mark that is not there'],
    ['a note of nothing', pickled('q\x00'), 'takes a value that is not there'],
    ['a note that was not made', pickled('h\x07'), 'recalls note 7, which it never made'],
    ['an entry of a list', pickled(']NNs'), 'sets an entry of a list'],
    ['an entry of None', pickled('NNNs'), 'sets an entry of None'],
    ['half an entry', pickled('}(Nu'), 'has a key without a value'],
    ['an entry twice', pickled('}(', text('a'), 'N', text('a'), 'Nu'), 'has the key "a" twice'],
    ['a number twice', pickled('}(K\x01NK\x01Nu'), 'has the key 1 twice'],
    ['an item of a dict', pickled('}Na'), 'appends to a dict'],
    [
      'arguments that are none',
      pickled(global('collections', 'OrderedDict'), 'NR'),
      'calls collections.OrderedDict with None',
    ],
  ])('%s', (_, bytes, message) => {
    expect(refusal(bytes)).toBe(`${INVALID}${message}`);
  });

  it.each([
    ['the pickle ends too early, at byte 3', opcodes('\x80\x02N')],
    ['the pickle ends too early, at byte 5', opcodes('\x80\x02J\x00\x00')],
    ['the pickle ends too early, at byte 8', opcodes('\x80\x02X\xff\xff\xff\xffa')],
    ['a name in the pickle has no end: it begins with "os"', opcodes('\x80\x02cos')],
    [
      'a name in the pickle has no end: it begins with "xxxxxxxxxxxxxxxxxxxx"',
      pickled('c', 'x'.repeat(257) + '\n\n'),
    ],
    ['a text in it is not UTF-8', pickled('U\x01\xff')],
    ['a text in it is not UTF-8', pickled('c\xff\nx\n')],
    ['an OrderedDict is made of None', pickled(global('collections', 'OrderedDict'), 'N\x85R')],
    ['an OrderedDict is made of None', pickled(global('collections', 'OrderedDict'), ']Na\x85R')],
    [
      'an OrderedDict has a key twice',
      pickled(global('collections', 'OrderedDict'), '](NN\x86q\x00h\x00e\x85R'),
    ],
    ['a parameter is made of None', pickled(global('torch._utils', '_rebuild_parameter'), 'N\x85R')],
    ['a tensor is made of nothing', pickled(global('torch._utils', '_rebuild_tensor_v2'), ')R')],
    ['a tensor has the type nothing', pickled(global('torch._utils', '_rebuild_tensor_v3'), ')R')],
    [
      'a tensor has nothing and nothing for its shape and strides',
      pickled(global('torch._utils', '_rebuild_tensor'), storage('0', 1), '\x85R'),
    ],
    [
      'a storage is of type a text',
      pickled('(', text('storage'), text('Float'), text('0'), text('cpu'), 'K\x01tQ'),
    ],
    [
      'a storage has 0 for its key',
      pickled('(', text('storage'), global('torch', 'ByteStorage'), 'K\x00', text('cpu'), 'K\x01tQ'),
    ],
    ['a storage has -1 values', pickled(storage('0', -1))],
    [
      'a storage is a part of another one',
      pickled('(', text('storage'), global('torch', 'ByteStorage'), text('0'), text('cpu'), 'K\x01)tQ'),
    ],
  ])('%s', (message, bytes) => {
    expect(refusal(bytes)).toBe(`error CHECKPOINT_INVALID at x.pkl:  ${message}`);
  });
});

describe('limits', () => {
  const many = (count: number, part: string): Buffer => Buffer.from(part.repeat(count), 'latin1');

  it('of values that wait, of marks, of containers and of notes', () => {
    expect(refusal(pickled(many(100_001, 'N')))).toBe(`${INVALID}has more than 100000 values that wait`);
    expect(refusal(pickled(many(100_001, '(')))).toBe(`${INVALID}has more than 100000 marks`);
    expect(refusal(pickled(']', many(1_000_001, ']a')))).toBe(`${INVALID}has more than 1000000 containers`);
    const notes = Buffer.alloc(5 * 2_000_001, 'r');
    for (let i = 0; i < notes.length; i += 5) notes.writeUInt32LE(i, i + 1);
    expect(refusal(pickled('N', notes))).toBe(`${INVALID}has more than 2000000 notes`);
  });

  it('are beyond what a large model needs', () => {
    // Three thousand values at once, and one list of all of them.
    const part = opcodes('(', many(3000, 'K\x01'), 'e');
    const items = (value(']', Buffer.concat(Array.from({ length: 100 }, () => part))) as { items: unknown[] })
      .items;
    expect(items).toHaveLength(300_000);
  });
});
