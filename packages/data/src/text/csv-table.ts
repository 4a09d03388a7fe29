/** Tables of comma separated values (RFC 4180) with a header: cells with commas, quotes and line ends stand in quotes. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { MdpdError } from '@mdpd/core';
import { CsvError, parse } from 'csv-parse';
import { withoutBom } from './byte-lines.ts';
import {
  cellProblem,
  mostColumns,
  mostRowBytes,
  pickColumns,
  TableBuilder,
  type ReadTable,
  type TableOptions,
} from './table-builder.ts';

class CsvReader {
  private readonly options: TableOptions;
  private names: readonly string[] = [];
  private kept: readonly number[] = [];
  private builder: TableBuilder | undefined;

  constructor(options: TableOptions) {
    this.options = options;
  }

  take(cells: readonly Buffer[], line: number): void {
    if (this.builder) this.row(this.builder, cells, line);
    else this.start(cells, line);
  }

  finish(): ReadTable {
    if (this.builder) return this.builder.finish();
    throw new MdpdError('TEXT_EMPTY', 'the file is empty', { place: this.options.origin });
  }

  place(line: number): string {
    return `${this.options.origin}:${line}`;
  }

  private start(cells: readonly Buffer[], line: number): void {
    for (const [index, cell] of cells.entries()) {
      const problem = cellProblem(cell, `header ${index + 1}`);
      if (problem)
        throw new MdpdError(problem.code, problem.message, { place: this.place(line), fix: problem.fix });
    }
    this.names = cells.map((cell) => cell.toString('utf8'));
    this.kept = pickColumns(this.names, this.options.columns, this.options.origin);
    const names = this.kept.map((index) => this.names[index]!);
    this.builder = new TableBuilder(names, this.options, (number) => this.place(number));
  }

  private row(builder: TableBuilder, cells: readonly Buffer[], line: number): void {
    if (cells.length !== this.names.length) {
      const message = `the row has ${cells.length} cells instead of ${this.names.length}`;
      return builder.refuse({ code: 'TEXT_ROW', message }, line);
    }
    for (const index of this.kept) {
      const problem = cellProblem(cells[index]!, this.names[index]!);
      if (problem) return builder.refuse(problem, line);
    }
    for (const [column, index] of this.kept.entries()) {
      const target = builder.columns[column]!;
      target.pushText(target.addText(cells[index]!));
    }
    builder.endRow(line);
  }
}

const [comma, quote, newLine] = [0x2c, 0x22, 0x0a];

/** Counts the cells of rows before the parser makes an object of each. */
class CellCounter {
  private readonly place: (line: number) => string;
  private quoted = false;
  private cells = 1;
  private line = 1;
  private row = 1;

  constructor(place: (line: number) => string) {
    this.place = place;
  }

  /** Throws TEXT_ROW where a row has far too many. */
  count(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte === quote) this.quoted = !this.quoted;
      else if (byte === newLine) {
        this.line++;
        if (!this.quoted) [this.cells, this.row] = [1, this.line];
      } else if (byte === comma && !this.quoted && ++this.cells > mostColumns) {
        const message = `the row has more than ${mostColumns} cells`;
        throw new MdpdError('TEXT_ROW', message, { place: this.place(this.row) });
      }
    }
  }
}

/** Without the BOM: the parser's own option for it would also turn cells into strings. */
function prepare(counter: CellCounter): (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* (chunks) {
    let first = true;
    for await (const chunk of chunks) {
      counter.count(chunk);
      yield first ? withoutBom(chunk) : chunk;
      first = false;
    }
  };
}

/** Quotes that do not pair up leave open where the next row starts, so such a file is refused as a whole. */
function unreadable(error: CsvError, place: string): MdpdError {
  const message =
    error.code === 'CSV_MAX_RECORD_SIZE'
      ? `a row is longer than ${mostRowBytes} bytes; perhaps a quote is not closed`
      : `the quotes do not pair up: ${error.message.split(', value is')[0]!}`;
  return new MdpdError('TEXT_ROW', message, {
    place,
    fix: 'in a quoted cell, write a quote as two; a file without quoting is read as .tsv',
    cause: error,
  });
}

/**
 * Reads a file of comma separated values.
 * Throws TEXT_EMPTY, TEXT_COLUMNS, and for the first bad row TEXT_ROW or TEXT_ENCODING with its line.
 */
export async function readCsvTable(path: string, options: TableOptions): Promise<ReadTable> {
  const reader = new CsvReader(options);
  let lines = 0;
  const parser = parse({
    // Cells stay bytes, so that what is not UTF-8 is seen.
    encoding: null,
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: mostRowBytes,
    on_record(cells, context) {
      reader.take(cells as unknown as Buffer[], lines + 1);
      lines = context.lines;
      return null;
    },
  });
  parser.resume();
  const counter = new CellCounter((line) => reader.place(line));
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), prepare(counter), parser);
  } catch (error) {
    if (error instanceof CsvError) throw unreadable(error, reader.place(lines + 1));
    throw error;
  }
  return reader.finish();
}
