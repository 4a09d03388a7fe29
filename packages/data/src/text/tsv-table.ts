/**
 * Tables of text with tabs, as GLUE has them: UTF-8, no quoting (a `"` is data), a header or none, lines that end with
 * "\n" or "\r\n". Cells beyond the columns are ignored, as Python's `csv.DictReader` does.
 */
import { MdpdError } from '@mdpd/core';
import { eachLine } from './byte-lines.ts';
import {
  encodingFix,
  encodingProblem,
  mostCellBytes,
  pickColumns,
  TableBuilder,
  type ReadTable,
  type RowProblem,
  type TableOptions,
} from './table-builder.ts';

/** How a TSV file is read. */
export interface TsvOptions extends TableOptions {
  /** Names of the columns of a file without header. */
  readonly header?: readonly string[];
}

const tab = 0x09;

function lineProblem(line: Uint8Array | undefined): RowProblem | undefined {
  if (!line) {
    return { code: 'TEXT_ROW', message: 'the line is too long', allowed: `at most ${mostCellBytes} bytes` };
  }
  const encoding = encodingProblem(line);
  return encoding === undefined
    ? undefined
    : { code: 'TEXT_ENCODING', message: `the line ${encoding}`, fix: encodingFix };
}

/** Where the cells of a line end, up to the first `count`. */
function cellEnds(line: Uint8Array, count: number): number[] {
  const ends: number[] = [];
  for (let start = 0; ends.length < count; start = ends.at(-1)! + 1) {
    const end = line.indexOf(tab, start);
    ends.push(end === -1 ? line.length : end);
    if (end === -1) break;
  }
  return ends;
}

function readHeader(line: Uint8Array | undefined, place: string): readonly string[] {
  const problem = lineProblem(line);
  if (problem) throw new MdpdError(problem.code, problem.message, { place, fix: problem.fix });
  return Buffer.from(line!).toString('utf8').split('\t');
}

/** Rows of one file, one call a line. */
class TsvReader {
  private readonly options: TsvOptions;
  private names: readonly string[] | undefined;
  private kept: readonly number[] = [];
  /** Cells that are looked for in a line. */
  private needed = 0;
  private builder: TableBuilder | undefined;

  constructor(options: TsvOptions) {
    this.options = options;
    if (options.header) this.start(options.header);
  }

  take(line: Uint8Array | undefined, number: number): void {
    if (line?.length === 0) return;
    if (!this.builder) this.start(readHeader(line, this.place(number)));
    else this.row(this.builder, line, number);
  }

  finish(): ReadTable {
    if (this.builder) return this.builder.finish();
    throw new MdpdError('TEXT_EMPTY', 'the file is empty', { place: this.options.origin });
  }

  private start(names: readonly string[]): void {
    this.names = names;
    this.kept = pickColumns(names, this.options.columns, this.options.origin);
    this.needed = Math.max(0, ...this.kept) + 1;
    this.builder = new TableBuilder(
      this.kept.map((index) => names[index]!),
      this.options,
      (number) => this.place(number),
    );
  }

  private row(builder: TableBuilder, line: Uint8Array | undefined, number: number): void {
    const problem = lineProblem(line);
    if (problem || !line) return builder.refuse(problem!, number);
    const ends = cellEnds(line, this.needed);
    if (ends.length < this.needed) {
      const name = JSON.stringify(this.names![this.kept.find((index) => index >= ends.length)!]);
      const message = `the line has ${ends.length} of ${this.names!.length} cells, ${name} is missing`;
      return builder.refuse({ code: 'TEXT_ROW', message }, number);
    }
    for (const [column, index] of this.kept.entries()) {
      const cell = line.subarray(index === 0 ? 0 : ends[index - 1]! + 1, ends[index]);
      const target = builder.columns[column]!;
      target.pushText(target.addText(cell));
    }
    builder.endRow(number);
  }

  private place(number: number): string {
    return `${this.options.origin}:${number}`;
  }
}

/**
 * Reads a file of cells between tabs.
 * Throws TEXT_EMPTY, TEXT_COLUMNS, and for the first bad row TEXT_ROW or TEXT_ENCODING with its line.
 */
export async function readTsvTable(path: string, options: TsvOptions): Promise<ReadTable> {
  const reader = new TsvReader(options);
  await eachLine(path, mostCellBytes, (line, number) => reader.take(line, number));
  return reader.finish();
}
