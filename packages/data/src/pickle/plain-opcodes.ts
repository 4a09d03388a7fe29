/** The opcodes of pickles that build plain data, protocols 0 to 5, and the names of all others. */
import type { PickleMachine } from '@mdpd/tensor/torch/pickle-machine';
import {
  allowedOpcodes,
  append,
  exactInteger,
  foreignOpcodes,
  littleEndianInteger,
  pushTuple,
  setItems,
  type Opcode,
} from '@mdpd/tensor/torch/pickle-opcodes';
import type { PickleValue } from '@mdpd/tensor/torch/pickle-values';
import { fromEightBit, fromLiteral, fromRawUnicodeEscape } from './python-text.ts';

const mostLineBytes = 1 << 20;
/** Digits of a decimal integer: reading them takes time that grows with their square. */
const mostDigits = 1000;
const mostIntegerBytes = 1024;

const code = (character: string): number => character.charCodeAt(0);

function integer(machine: PickleMachine, line: string): number | bigint {
  // Nearly all of them.
  if (/^-?\d{1,15}$/.test(line)) return Number(line) || 0;
  const whole = /^\s*([+-]?\d+)\s*$/u.exec(line)?.[1];
  if (whole === undefined || whole.length > mostDigits) {
    throw machine.invalid(`has ${JSON.stringify(line.slice(0, 30))} for an integer`);
  }
  return exactInteger(BigInt(whole.replace('+', '')));
}

/** `I00` and `I01` are false and true of protocols 0 and 1. */
function int(machine: PickleMachine): void {
  const line = machine.reader.line(mostLineBytes);
  if (line === '00' || line === '01') machine.push(line === '01');
  else machine.push(integer(machine, line));
}

function float(machine: PickleMachine): void {
  const line = machine.reader.line(mostLineBytes);
  const special = /^\s*([+-]?)(inf|nan)/iu.exec(line);
  const value = special
    ? /nan/iu.test(line)
      ? NaN
      : special[1] === '-'
        ? -Infinity
        : Infinity
    : Number(line);
  if (line.trim() === '' || (Number.isNaN(value) && !special)) {
    throw machine.invalid(`has ${JSON.stringify(line.slice(0, 30))} for a float`);
  }
  machine.push(value);
}

function long4(machine: PickleMachine): void {
  const length = machine.reader.take(4).readUInt32LE();
  if (length > mostIntegerBytes) throw machine.invalid(`has an integer of ${length} bytes`);
  machine.push(littleEndianInteger(machine.reader.take(length)));
}

/** A text in a line, read by `decode`. */
const line =
  (decode: (text: string) => string | undefined): Opcode =>
  (machine) => {
    const raw = machine.reader.line(mostLineBytes);
    const text = decode(raw);
    if (text === undefined) throw machine.invalid(`has ${JSON.stringify(raw.slice(0, 30))} for a text`);
    machine.push(text);
  };

/** Length of what follows, in 1, 4 or 8 bytes. */
function lengthOf({ reader }: PickleMachine, bytes: 1 | 4 | 8): number {
  if (bytes === 1) return reader.byte();
  return bytes === 4 ? reader.take(4).readUInt32LE() : Number(reader.take(8).readBigUInt64LE());
}

const eightBit =
  (lengthBytes: 1 | 4 | 8): Opcode =>
  (machine) =>
    machine.push(fromEightBit(machine.reader.take(lengthOf(machine, lengthBytes))));

const unicode =
  (lengthBytes: 1 | 8): Opcode =>
  (machine) =>
    machine.push(machine.text(machine.reader.take(lengthOf(machine, lengthBytes))));

function list(machine: PickleMachine): void {
  const items = machine.popMarked();
  machine.count();
  machine.push({ kind: 'list', items: [] });
  append(machine, items);
}

function dict(machine: PickleMachine): void {
  const items = machine.popMarked();
  machine.count();
  machine.push({ kind: 'dict', ordered: false, entries: new Map<PickleValue, PickleValue>() });
  setItems(machine, items);
}

/** Index of a note, as a decimal line. */
function note(machine: PickleMachine): number {
  const index = integer(machine, machine.reader.line(mostLineBytes));
  if (typeof index === 'number' && index >= 0) return index;
  throw machine.invalid(`has the note ${String(index).slice(0, 30)}`);
}

/** Opcodes of tensors that ask for something by name. */
const asking: ReadonlyMap<number, string> = new Map([
  [code('c'), 'GLOBAL'],
  [code('R'), 'REDUCE'],
  [code('b'), 'BUILD'],
  [code('Q'), 'BINPERSID'],
  [0x81, 'NEWOBJ'],
]);

export const plainOpcodes: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  ...[...allowedOpcodes].filter(([each]) => !asking.has(each)),
  [code('0'), (machine) => void machine.pop()],
  [code('1'), (machine) => void machine.popMarked()],
  [code('2'), (machine) => machine.push(machine.top())],
  [code('I'), int],
  [
    code('L'),
    (machine) => machine.push(integer(machine, machine.reader.line(mostLineBytes).replace(/L$/u, ''))),
  ],
  [0x8b, long4],
  [code('F'), float],
  [code('S'), line(fromLiteral)],
  [code('V'), line(fromRawUnicodeEscape)],
  [code('U'), eightBit(1)],
  [code('T'), eightBit(4)],
  [code('C'), eightBit(1)],
  [code('B'), eightBit(4)],
  [0x8e, eightBit(8)],
  [0x8c, unicode(1)],
  [0x8d, unicode(8)],
  [code('l'), list],
  [code('d'), dict],
  [code('t'), (machine) => pushTuple(machine, machine.popMarked())],
  [code('p'), (machine) => machine.remember(note(machine))],
  [code('g'), (machine) => machine.push(machine.recall(note(machine)))],
  [0x94, (machine) => machine.remember(machine.notes())],
  // Frames only say how many bytes may be read at once.
  [0x95, (machine) => void machine.reader.take(8)],
]);

/** Names of the opcodes that build something else than plain data, or call something. */
export const refusedOpcodes: ReadonlyMap<number, string> = new Map(
  [...foreignOpcodes, ...asking].filter(([each]) => !plainOpcodes.has(each)),
);
