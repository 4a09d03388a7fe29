/**
 * Reads pickles of plain data: what Python's `pickle` and `cPickle` write of lists, dictionaries, tuples, texts and
 * numbers, in protocols 0 to 5. Nothing is ever imported or called: an opcode that would is an error.
 *
 * Source: CPython, `Lib/pickletools.py`.
 */
import { readFile, stat } from 'node:fs/promises';
import { MdpdError } from '@mdpd/core';
import { pickleMachine, type PickleDialect, type Vocabulary } from '@mdpd/tensor/torch/pickle-machine';
import { bytesReader } from './bytes-reader.ts';
import { plainOpcodes, refusedOpcodes } from './plain-opcodes.ts';
import { toPlain, type PlainValue } from './plain-values.ts';
import { fromUtf8 } from './python-text.ts';

/** How much a pickle may hold, in bytes and counts: beyond it, it is refused. */
export interface PickleLimits {
  /** Size of the file. */
  readonly bytes: number;
  /** Lists, tuples and dictionaries. */
  readonly containers: number;
  /** Entries of its memo. */
  readonly memo: number;
  /** Values that wait on its stack. */
  readonly stack: number;
  /** Nesting. */
  readonly depth: number;
}

/** RefCOCO has about half a million containers and two million notes. */
const usualLimits: PickleLimits = {
  bytes: 1 << 28,
  containers: 4_000_000,
  memo: 8_000_000,
  stack: 1_000_000,
  depth: 64,
};

const STOP = 0x2e;
const PROTO = 0x80;
const latestProtocol = 5;

const nothing: Vocabulary = {
  globals: new Map(),
  persistent: () => {
    throw new Error('plain pickles have no persistent objects');
  },
};

const hexadecimal = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;

/**
 * The value of a pickle. `place` is its file, for messages.
 *
 * @throws PICKLE_UNSAFE for an opcode that calls something or builds something else than plain data; PICKLE_INVALID for
 * a pickle that is damaged or beyond the limits. Both name the byte.
 */
export function readPickle(bytes: Uint8Array, place: string, limits: Partial<PickleLimits> = {}): PlainValue {
  const { bytes: mostBytes, depth, ...kept } = { ...usualLimits, ...limits };
  // Where the opcode at work begins.
  let at = 0;
  const invalid = (message: string): MdpdError =>
    new MdpdError('PICKLE_INVALID', `the pickle ${message} (byte ${at})`, {
      place,
      fix: 'the file is damaged, incomplete, or no pickle: get it again',
    });
  const unsafe = (message: string): MdpdError =>
    new MdpdError('PICKLE_UNSAFE', `the pickle ${message} (byte ${at})`, {
      place,
      allowed: 'lists, dictionaries, tuples, texts and numbers: a data file may run nothing',
      fix: 'if you trust who made it, read it in Python and write plain lists and dictionaries again',
    });
  if (bytes.length > mostBytes) throw invalid(`has ${bytes.length} bytes, more than ${mostBytes}`);
  const text: PickleDialect['text'] = (each) => {
    const decoded = fromUtf8(each);
    if (decoded === undefined) throw invalid('has a text that is not UTF-8');
    return decoded;
  };
  const reader = bytesReader(bytes, place, invalid);
  const machine = pickleMachine(reader, nothing, { ...kept, invalid, unsafe, text });
  for (;;) {
    at = reader.position();
    const opcode = reader.byte();
    if (opcode === STOP) break;
    if (opcode === PROTO && at === 0) checkProtocol(reader.byte(), unsafe);
    else run(opcode);
  }
  return toPlain(machine.result(), depth, invalid);

  function run(opcode: number): void {
    const known = plainOpcodes.get(opcode);
    if (known) return known(machine);
    const name = refusedOpcodes.get(opcode);
    if (name === undefined) throw invalid(`has the byte ${hexadecimal(opcode)}, which is no opcode`);
    throw unsafe(`uses the opcode ${name} (${hexadecimal(opcode)}), which plain data does not need`);
  }
}

function checkProtocol(protocol: number, unsafe: (message: string) => Error): void {
  if (protocol > latestProtocol) {
    throw unsafe(`is of protocol ${protocol}; protocols 0 to ${latestProtocol} are read`);
  }
}

/** Reads a file. Throws as `readPickle`, and what the system throws; the size is checked before it is read. */
export async function readPickleFile(path: string, limits: Partial<PickleLimits> = {}): Promise<PlainValue> {
  const { size } = await stat(path);
  const most = limits.bytes ?? usualLimits.bytes;
  if (size <= most) return readPickle(await readFile(path), path, limits);
  throw new MdpdError('PICKLE_INVALID', `the pickle has ${size} bytes, more than ${most}`, { place: path });
}
