/** The stack machine that pickles run on, with limits on everything that a file could make it keep. */
import { textOf, type ByteReader } from './byte-reader.ts';
import type { PickleGlobal, PickleValue } from './pickle-values.ts';
import { invalid, quoted, unsafe } from './torch-errors.ts';

/** What a kind of file may make the machine keep, and how its errors are said. */
export interface PickleDialect {
  readonly containers: number;
  readonly memo: number;
  /** Values, and marks, that wait on the stack. */
  readonly stack: number;
  invalid(message: string): Error;
  unsafe(message: string): Error;
  text(bytes: Uint8Array): string;
}

const torchDialect = (file: string): PickleDialect => ({
  // A hundred thousand tensors take about six containers and ten notes each.
  containers: 1_000_000,
  memo: 2_000_000,
  // Python's pickler writes dictionaries and lists in pieces of a thousand entries.
  stack: 100_000,
  invalid: (message) => invalid(file, `its pickle ${message}`),
  unsafe: (message) => unsafe(file, `its pickle ${message}`),
  text: (bytes) => textOf(bytes, file),
});

/** What names in a pickle stand for. */
export interface Vocabulary {
  /** By `module.name`. */
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  /** The object of a persistent id. */
  readonly persistent: (id: PickleValue, file: string) => PickleValue;
}

/** A machine with a pickle in it. */
export interface PickleMachine {
  readonly reader: ByteReader;
  readonly vocabulary: Vocabulary;
  push(value: PickleValue): void;
  /** Takes the uppermost value, if it lies above the last mark. */
  pop(): PickleValue;
  /** The uppermost value, which stays. */
  top(): PickleValue;
  mark(): void;
  /** Takes everything above the last mark, and the mark. */
  popMarked(): PickleValue[];
  /** Counts a new container. */
  count(): void;
  remember(index: number): void;
  /** Number of notes made so far, which is the index of the next one of protocol 4. */
  notes(): number;
  recall(index: number): PickleValue;
  /** An error of the pickle. */
  invalid(message: string): Error;
  unsafe(message: string): Error;
  text(bytes: Uint8Array): string;
}

export function pickleMachine(
  reader: ByteReader,
  vocabulary: Vocabulary,
  dialect: PickleDialect = torchDialect(reader.file),
): PickleMachine & { result(): PickleValue } {
  const stack: PickleValue[] = [];
  const marks: number[] = [];
  const memo = new Map<number, PickleValue>();
  let containers = 0;
  const fail = dialect.invalid;
  const tooMuch = (what: string, limit: number): Error => fail(`has more than ${limit} ${what}`);
  const floor = (): number => marks.at(-1) ?? 0;
  const filled = (): void => {
    if (stack.length <= floor()) throw fail('takes a value that is not there');
  };
  return {
    reader,
    vocabulary,
    push: (value) => {
      if (stack.push(value) > dialect.stack) throw tooMuch('values that wait', dialect.stack);
    },
    pop: () => {
      filled();
      return stack.pop()!;
    },
    top: () => {
      filled();
      return stack.at(-1)!;
    },
    mark: () => {
      if (marks.push(stack.length) > dialect.stack) throw tooMuch('marks', dialect.stack);
    },
    popMarked: () => {
      const from = marks.pop();
      if (from === undefined) throw fail('takes a mark that is not there');
      return stack.splice(from);
    },
    count: () => {
      if (++containers > dialect.containers) throw tooMuch('containers', dialect.containers);
    },
    remember: (index) => {
      filled();
      memo.set(index, stack.at(-1)!);
      if (memo.size > dialect.memo) throw tooMuch('notes', dialect.memo);
    },
    notes: () => memo.size,
    recall: (index) => {
      const value = memo.get(index);
      if (value === undefined) throw fail(`recalls note ${index}, which it never made`);
      return value;
    },
    result: () => {
      if (stack.length !== 1 || marks.length > 0)
        throw fail(`ends with ${stack.length} values instead of one`);
      return stack[0]!;
    },
    invalid: fail,
    unsafe: dialect.unsafe,
    text: dialect.text,
  };
}

/** The global of a name, if it is allowed. */
export function findGlobal(
  module: string,
  name: string,
  { vocabulary, unsafe: refuse }: PickleMachine,
): PickleGlobal {
  const full = `${module}.${name}`;
  const found = vocabulary.globals.get(full);
  if (found === undefined)
    throw refuse(`asks for ${quoted(full)}, which is not among the few names that tensors need`);
  return found;
}
