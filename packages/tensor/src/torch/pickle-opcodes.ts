/** The opcodes of pickles that are allowed, and the names of the others. */
import { findGlobal, type PickleMachine } from './pickle-machine.ts';
import { describe, isKind, type PickleDict, type PickleValue } from './pickle-values.ts';
import { quoted } from './torch-errors.ts';

export type Opcode = (machine: PickleMachine) => void;

const MAXIMUM_NAME_BYTES = 256;

const code = (character: string): number => character.charCodeAt(0);

export function pushTuple(machine: PickleMachine, items: readonly PickleValue[]): void {
  machine.count();
  machine.push({ kind: 'tuple', items });
}

function tupleOf(length: number): Opcode {
  return (machine) => {
    const items = Array.from({ length }, machine.pop).reverse();
    pushTuple(machine, items);
  };
}

function text(lengthBytes: 1 | 4): Opcode {
  return (machine) => {
    const { reader } = machine;
    const length = lengthBytes === 1 ? reader.byte() : reader.take(4).readUInt32LE();
    machine.push(machine.text(reader.take(length)));
  };
}

/** A number where it is exact. */
export function exactInteger(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** Two's complement, the lowest byte first. */
export function littleEndianInteger(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (const byte of Buffer.from(bytes).reverse()) value = (value << 8n) | BigInt(byte);
  return exactInteger(BigInt.asIntN(bytes.length * 8, value));
}

/** An integer of up to 255 bytes. */
function long1({ reader, push }: PickleMachine): void {
  push(littleEndianInteger(reader.take(reader.byte())));
}

export function append(machine: PickleMachine, items: readonly PickleValue[]): void {
  const list = machine.top();
  if (!isKind(list, 'list')) throw machine.invalid(`appends to ${describe(list)}`);
  for (const item of items) list.items.push(item);
}

export function setItems(machine: PickleMachine, items: readonly PickleValue[]): void {
  const dict = machine.top();
  if (!isKind(dict, 'dict')) throw machine.invalid(`sets an entry of ${describe(dict)}`);
  if (items.length % 2 !== 0) throw machine.invalid('has a key without a value');
  for (let i = 0; i < items.length; i += 2) setItem(machine, dict, items[i]!, items[i + 1]!);
}

function setItem(
  machine: PickleMachine,
  { entries }: PickleDict,
  key: PickleValue,
  value: PickleValue,
): void {
  // A pickler never writes a key twice; readers would disagree about which value counts.
  if (entries.has(key)) {
    const name = typeof key === 'string' ? quoted(key) : describe(key);
    throw machine.invalid(`has the key ${name} twice`);
  }
  entries.set(key, value);
}

function reduce(machine: PickleMachine): void {
  const args = machine.pop();
  const callee = machine.pop();
  if (!isKind(callee, 'global') || !callee.call) throw machine.unsafe(`calls ${describe(callee)}`);
  if (!isKind(args, 'tuple')) throw machine.invalid(`calls ${callee.name} with ${describe(args)}`);
  machine.count();
  machine.push(callee.call(args.items, machine.reader.file));
}

function newObject(machine: PickleMachine): void {
  machine.pop();
  const type = machine.pop();
  if (!isKind(type, 'global') || !type.opaque) throw machine.unsafe(`makes an object of ${describe(type)}`);
  machine.count();
  machine.push({ kind: 'opaque', name: type.name });
}

/** Attributes of an OrderedDict (the versions of modules) and of opaque objects: not kept. */
function build(machine: PickleMachine): void {
  machine.pop();
  const target = machine.top();
  const harmless = isKind(target, 'opaque') || (isKind(target, 'dict') && target.ordered);
  if (!harmless) throw machine.unsafe(`sets attributes of ${describe(target)}`);
}

export const allowedOpcodes: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  [code('('), (machine) => machine.mark()],
  [code('N'), ({ push }) => push(null)],
  [0x88, ({ push }) => push(true)],
  [0x89, ({ push }) => push(false)],
  [code('K'), ({ reader, push }) => push(reader.byte())],
  [code('M'), ({ reader, push }) => push(reader.take(2).readUInt16LE())],
  [code('J'), ({ reader, push }) => push(reader.take(4).readInt32LE())],
  [0x8a, long1],
  [code('G'), ({ reader, push }) => push(reader.take(8).readDoubleBE())],
  [code('X'), text(4)],
  // Texts of Python 2.
  [code('U'), text(1)],
  [code('T'), text(4)],
  [code(')'), tupleOf(0)],
  [0x85, tupleOf(1)],
  [0x86, tupleOf(2)],
  [0x87, tupleOf(3)],
  [code('t'), (machine) => pushTuple(machine, machine.popMarked())],
  [
    code(']'),
    ({ count, push }) => {
      count();
      push({ kind: 'list', items: [] });
    },
  ],
  [
    code('}'),
    ({ count, push }) => {
      count();
      push({ kind: 'dict', ordered: false, entries: new Map() });
    },
  ],
  [code('a'), (machine) => append(machine, [machine.pop()])],
  [code('e'), (machine) => append(machine, machine.popMarked())],
  [code('s'), (machine) => setItems(machine, [machine.pop(), machine.pop()].reverse())],
  [code('u'), (machine) => setItems(machine, machine.popMarked())],
  [code('q'), ({ reader, remember }) => remember(reader.byte())],
  [code('r'), ({ reader, remember }) => remember(reader.take(4).readUInt32LE())],
  [code('h'), ({ reader, push, recall }) => push(recall(reader.byte()))],
  [code('j'), ({ reader, push, recall }) => push(recall(reader.take(4).readUInt32LE()))],
  [
    code('c'),
    (machine) => {
      const module = machine.reader.line(MAXIMUM_NAME_BYTES);
      machine.push(findGlobal(module, machine.reader.line(MAXIMUM_NAME_BYTES), machine));
    },
  ],
  [
    code('Q'),
    (machine) => {
      machine.count();
      machine.push(machine.vocabulary.persistent(machine.pop(), machine.reader.file));
    },
  ],
  [code('R'), reduce],
  [0x81, newObject],
  [code('b'), build],
]);

/** Opcodes of pickles that no tensor needs, for messages. */
export const foreignOpcodes: ReadonlyMap<number, string> = new Map([
  [code('0'), 'POP'],
  [code('1'), 'POP_MARK'],
  [code('2'), 'DUP'],
  [code('B'), 'BINBYTES'],
  [code('C'), 'SHORT_BINBYTES'],
  [code('F'), 'FLOAT'],
  [code('I'), 'INT'],
  [code('L'), 'LONG'],
  [code('P'), 'PERSID'],
  [code('S'), 'STRING'],
  [code('V'), 'UNICODE'],
  [code('d'), 'DICT'],
  [code('g'), 'GET'],
  [code('i'), 'INST'],
  [code('l'), 'LIST'],
  [code('o'), 'OBJ'],
  [code('p'), 'PUT'],
  [0x80, 'PROTO'],
  [0x82, 'EXT1'],
  [0x83, 'EXT2'],
  [0x84, 'EXT4'],
  [0x8b, 'LONG4'],
  [0x8c, 'SHORT_BINUNICODE'],
  [0x8d, 'BINUNICODE8'],
  [0x8e, 'BINBYTES8'],
  [0x8f, 'EMPTY_SET'],
  [0x90, 'ADDITEMS'],
  [0x91, 'FROZENSET'],
  [0x92, 'NEWOBJ_EX'],
  [0x93, 'STACK_GLOBAL'],
  [0x94, 'MEMOIZE'],
  [0x95, 'FRAME'],
  [0x96, 'BYTEARRAY8'],
  [0x97, 'NEXT_BUFFER'],
  [0x98, 'READONLY_BUFFER'],
]);
