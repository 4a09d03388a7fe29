/** Tables of JSON objects: one a line, or all in one array. Values are texts, numbers, true or false (1 or 0), or null. */
import { open } from 'node:fs/promises';
import { isUtf8 } from 'node:buffer';
import { MdpdError, messageOf, type JsonObject, type JsonValue } from '@mdpd/core';
import { eachLine } from './byte-lines.ts';
import { eachElement } from './json-elements.ts';
import {
  cellProblem,
  encodingFix,
  mostRowBytes,
  pickColumns,
  TableBuilder,
  type ReadTable,
  type RowProblem,
  type TableOptions,
} from './table-builder.ts';

/** A cell, ready to be stored. */
type Cell = Uint8Array | number | null;

const isScalar = (value: JsonValue | undefined): boolean =>
  value !== undefined && (value === null || typeof value !== 'object');

function isProblem(value: Cell | RowProblem | JsonObject): value is RowProblem {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}

function cellOf(object: JsonObject, name: string): Cell | RowProblem {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (typeof value === 'number' || value === null) return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'utf8');
    return cellProblem(bytes, name) ?? bytes;
  }
  const what = value === undefined ? 'is missing' : 'holds a list or an object';
  return {
    code: 'TEXT_ROW',
    message: `${JSON.stringify(name)} ${what}`,
    allowed: 'text, a number, true, false or null',
  };
}

class JsonReader {
  private readonly options: TableOptions;
  private readonly placeOf: (row: number) => string;
  private builder: TableBuilder | undefined;

  constructor(options: TableOptions, placeOf: (row: number) => string) {
    this.options = options;
    this.placeOf = placeOf;
  }

  take(bytes: Uint8Array | undefined, row: number): void {
    const object = this.parse(bytes);
    this.builder ??= this.start(object, row);
    const { builder } = this;
    if ('problem' in object) return builder.refuse(object.problem, row);
    const cells: Cell[] = [];
    for (const name of builder.names) {
      const cell = cellOf(object.value, name);
      if (isProblem(cell)) return builder.refuse(cell, row);
      cells.push(cell);
    }
    for (const [column, cell] of cells.entries()) {
      const target = builder.columns[column]!;
      if (cell === null) target.pushNull();
      else if (typeof cell === 'number') target.pushNumber(cell);
      else target.pushText(target.addText(cell));
    }
    builder.endRow(row);
  }

  finish(): ReadTable {
    if (this.builder) return this.builder.finish();
    throw new MdpdError('TEXT_EMPTY', 'the file has no objects', { place: this.options.origin });
  }

  private parse(bytes: Uint8Array | undefined): { value: JsonObject } | { problem: RowProblem } {
    const problem = (message: string): { problem: RowProblem } => ({
      problem: { code: 'TEXT_ROW', message },
    });
    if (!bytes) return problem(`the row is longer than ${mostRowBytes} bytes`);
    if (!isUtf8(bytes))
      return { problem: { code: 'TEXT_ENCODING', message: 'the row is not UTF-8', fix: encodingFix } };
    try {
      const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as JsonValue;
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value };
      return problem('the row is no object');
    } catch (error) {
      return problem(`the row is not JSON: ${messageOf(error)}`);
    }
  }

  /** The first row says which columns there are. */
  private start(first: { value: JsonObject } | { problem: RowProblem }, row: number): TableBuilder {
    if ('problem' in first) {
      const { code, message, fix } = first.problem;
      throw new MdpdError(code, message, {
        place: this.placeOf(row),
        fix,
        allowed: 'an object with the columns',
      });
    }
    const all = Object.keys(first.value);
    pickColumns(all, this.options.columns, this.options.origin);
    const scalars = all.filter((name) => isScalar(first.value[name]));
    return new TableBuilder(this.options.columns ?? scalars, this.options, this.placeOf);
  }
}

/** The first byte that is no white space. */
async function firstByte(path: string): Promise<number | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    const text = buffer
      .subarray(0, bytesRead)
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .trimStart();
    return text === '' ? undefined : text.charCodeAt(0);
  } finally {
    await file.close();
  }
}

/**
 * Reads a file of JSON objects.
 * Throws TEXT_EMPTY, TEXT_COLUMNS, and for the first bad row TEXT_ROW or TEXT_ENCODING with its line or index.
 */
export async function readJsonTable(path: string, options: TableOptions): Promise<ReadTable> {
  const { origin } = options;
  if ((await firstByte(path)) === '['.charCodeAt(0)) {
    const reader = new JsonReader(options, (index) => `${origin}[${index}]`);
    const problem = await eachElement(path, mostRowBytes, (bytes, index) => reader.take(bytes, index));
    if (problem) throw new MdpdError('TEXT_ROW', `the JSON array is damaged: ${problem}`, { place: origin });
    return reader.finish();
  }
  const reader = new JsonReader(options, (line) => `${origin}:${line}`);
  await eachLine(path, mostRowBytes, (bytes, line) => {
    if (bytes?.length !== 0) reader.take(bytes, line);
  });
  return reader.finish();
}
