/** Reads `{"data":[[0,12,…],…]}` into bytes without building the numbers as JavaScript objects. */
import { MdpdError } from '@mdpd/core';

export interface JsonRowsOptions {
  /** Numbers in a row; empty rows are skipped. */
  readonly rowLength: number;
  readonly mostRows: number;
  /** File, for messages. */
  readonly place: string;
}

const code = (character: string): number => character.charCodeAt(0);
const [zero, nine, comma, open, close] = ['0', '9', ',', '[', ']'].map(code) as [
  number,
  number,
  number,
  number,
  number,
];

/** A cursor over JSON text that holds one object with one key, `data`, and rows of bytes in it. */
class Scanner {
  private readonly text: Uint8Array;
  private readonly place: string;
  private at = 0;

  constructor(text: Uint8Array, place: string) {
    this.text = text;
    this.place = place;
  }

  fail(message: string): never {
    throw new MdpdError('JSON_ROWS_INVALID', `${message} at byte ${this.at}`, {
      place: this.place,
      allowed: '{"data": [[numbers from 0 to 255], …]}',
    });
  }

  /** The next byte that is not white space, or -1 at the end. */
  peek(): number {
    const { text } = this;
    while (this.at < text.length && text[this.at]! <= 32) this.at++;
    return text[this.at] ?? -1;
  }

  take(expected: number): void {
    if (this.peek() !== expected) this.fail(`"${String.fromCharCode(expected)}" is missing`);
    this.at++;
  }

  /** Exactly these characters, after white space. */
  takeWord(word: string): void {
    this.peek();
    for (const character of word) {
      if (this.text[this.at] !== code(character)) this.fail(`${word} is missing`);
      this.at++;
    }
  }

  byte(): number {
    let digit = this.peek();
    let value = 0;
    const start = this.at;
    while (digit >= zero && digit <= nine) {
      value = value * 10 + digit - zero;
      if (value > 255) this.fail('a number above 255');
      digit = this.text[++this.at] ?? -1;
    }
    if (this.at === start) this.fail('a number is missing');
    return value;
  }

  /** Calls `item` for every element of an array. */
  each(item: (index: number) => void): number {
    this.take(open);
    if (this.peek() === close) {
      this.at++;
      return 0;
    }
    for (let index = 0; ; index++) {
      item(index);
      if (this.peek() === close) {
        this.at++;
        return index + 1;
      }
      this.take(comma);
    }
  }
}

/** Bytes of all rows that are not empty, one after the other. Throws JSON_ROWS_INVALID with file and position. */
export function readJsonRows(text: Uint8Array, { rowLength, mostRows, place }: JsonRowsOptions): Uint8Array {
  const scanner = new Scanner(text, place);
  // Every number takes two bytes of text at least, so the text itself bounds what is allocated.
  const bound = Math.min(mostRows, Math.ceil(text.length / (2 * rowLength)));
  const rows = new Uint8Array(bound * rowLength);
  let count = 0;
  scanner.takeWord('{');
  scanner.takeWord('"data"');
  scanner.takeWord(':');
  scanner.each((index) => {
    const start = count * rowLength;
    const length = scanner.each((column) => {
      const value = scanner.byte();
      if (column < rowLength && start + column < rows.length) rows[start + column] = value;
    });
    if (length !== 0 && length !== rowLength)
      scanner.fail(`row ${index} has ${length} numbers instead of ${rowLength}`);
    if (length !== 0) count++;
    if (count > bound) scanner.fail(`more than ${mostRows} rows`);
  });
  scanner.takeWord('}');
  if (scanner.peek() !== -1) scanner.fail('something follows the data');
  return rows.subarray(0, count * rowLength);
}
