/**
 * Tables of Parquet files, several of one table included. Read column by column and row group by row group, so that memory
 * does not grow with the columns that nobody needs.
 */
import { stat } from 'node:fs/promises';
import { MdpdError, messageOf, type TextTable } from '@mdpd/core';
import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetRead,
  type ColumnMetaData,
  type FileMetaData,
  type SchemaElement,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { classNamesOf } from './parquet-class-names.ts';
import { checkPages, mostPageBytes } from './parquet-pages.ts';
import {
  cellProblem,
  pickColumns,
  refuseColumn,
  TableBuilder,
  type ReadTable,
  type RowProblem,
  type TableOptions,
} from './table-builder.ts';

/** Rows that a file may claim: as many as it has bytes, or, where all are alike, these. */
const fewRows = 1 << 20;
const mostRows = 1 << 28;
const mostGroups = 1 << 14;
/** How many times their size pages may become, by the nature of their compression. */
const mostRatio: Readonly<Record<string, number>> = { SNAPPY: 64, GZIP: 1100, LZ4: 300, LZ4_RAW: 300 };
const otherRatio = 100_000;

/** A column at the top of the schema. */
interface ParquetColumn {
  readonly name: string;
  /** Undefined: neither text nor numbers. */
  readonly kind: 'text' | 'number' | undefined;
  /** For messages. */
  readonly type: string;
  /** As it is stored. */
  readonly stored: string | undefined;
  /** Whether values may be missing. */
  readonly optional: boolean;
}

interface ParquetFile {
  readonly path: string;
  readonly origin: string;
  readonly metadata: FileMetaData;
  readonly columns: readonly ParquetColumn[];
}

const numbers = new Set(['BOOLEAN', 'INT32', 'INT64', 'FLOAT', 'DOUBLE']);
const plainInteger = /^U?INT_(8|16|32|64)$/;

function describeColumn(element: SchemaElement): ParquetColumn {
  const { name, type, converted_type: converted, logical_type: logical } = element;
  const described = converted ?? logical?.type ?? type ?? 'group';
  const nested = element.num_children !== undefined || element.repetition_type === 'REPEATED';
  const isText =
    type === 'BYTE_ARRAY' && (converted === undefined || converted === 'UTF8' || converted === 'ENUM');
  const isNumber =
    type !== undefined && numbers.has(type) && (converted === undefined || plainInteger.test(converted));
  const other =
    logical !== undefined &&
    logical.type !== 'STRING' &&
    logical.type !== 'INTEGER' &&
    logical.type !== 'ENUM';
  const kind = isText ? 'text' : isNumber ? 'number' : undefined;
  return {
    name,
    kind: nested || other ? undefined : kind,
    type: nested ? 'nested' : described,
    stored: type,
    optional: element.repetition_type !== 'REQUIRED',
  };
}

/** Elements right below the root; the schema is a tree written in order. */
function topColumns(schema: readonly SchemaElement[]): ParquetColumn[] {
  const columns: ParquetColumn[] = [];
  let inside = 0;
  for (const element of schema.slice(1)) {
    if (inside === 0) columns.push(describeColumn(element));
    else inside--;
    inside += element.num_children ?? 0;
  }
  return columns;
}

function damaged(error: unknown, place: string): MdpdError {
  if (error instanceof MdpdError) return error;
  return new MdpdError('TEXT_PARQUET', `the Parquet file cannot be read: ${messageOf(error)}`, {
    place,
    cause: error,
  });
}

async function openFile(path: string, origin: string): Promise<ParquetFile> {
  const { size } = await stat(path);
  if (size === 0) throw new MdpdError('TEXT_EMPTY', 'the file is empty', { place: origin });
  try {
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path), { geoparquet: false });
    const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
    const counts = metadata.row_groups.every((group) => Number(group.num_rows) >= 0);
    if (!counts || rows !== Number(metadata.num_rows))
      throw new RangeError(`it claims ${String(metadata.num_rows)} rows, its groups ${rows}`);
    if (!(rows <= Math.min(mostRows, Math.max(fewRows, size))))
      throw new RangeError(`it claims ${rows} rows in ${size} bytes`);
    if (metadata.row_groups.length > mostGroups)
      throw new RangeError(`it has ${metadata.row_groups.length} groups of rows, more than ${mostGroups}`);
    return { path, origin, metadata, columns: topColumns(metadata.schema) };
  } catch (error) {
    throw damaged(error, origin);
  }
}

/** Decompressors that check what is claimed before they allocate it. */
const boundedCompressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, decompress]) => [
    codec,
    (input: Uint8Array, outputLength: number): Uint8Array => {
      if (!(outputLength >= 0 && outputLength <= mostPageBytes))
        throw new RangeError(`a page of ${outputLength} bytes is larger than ${mostPageBytes}`);
      if (outputLength > 4096 + input.length * (mostRatio[codec] ?? otherRatio))
        throw new RangeError(`a page of ${outputLength} bytes cannot come out of ${input.length}`);
      return decompress(input, outputLength);
    },
  ]),
);

/** Where a group has the values of a column. */
function chunkOf(group: FileMetaData['row_groups'][number], { name, stored }: ParquetColumn): ColumnMetaData {
  const found = group.columns.filter(({ meta_data: chunk }) => chunk?.path_in_schema[0] === name);
  const chunk = found[0]?.meta_data;
  if (found.length !== 1 || chunk?.path_in_schema.length !== 1 || chunk.type !== stored)
    throw new RangeError(`a group of rows does not have "${name}" once, as its schema says`);
  return chunk;
}

function checkColumns(file: ParquetFile, wanted: readonly string[] | undefined): readonly ParquetColumn[] {
  const names = file.columns.map((column) => column.name);
  return pickColumns(names, wanted, file.origin).flatMap((index) => {
    const column = file.columns[index]!;
    if (column.kind) return [column];
    if (!wanted) return [];
    const message = `the column ${JSON.stringify(column.name)} is of type ${column.type}, not text or numbers`;
    const usable = file.columns.filter(({ kind }) => kind).map(({ name }) => name);
    return refuseColumn(message, usable, file.origin);
  });
}

/** Reads the rows of one file into a builder. */
class ParquetReader {
  private readonly builder: TableBuilder;
  private readonly columns: readonly ParquetColumn[];
  /** Number of the file's first row. */
  private readonly first: number;

  constructor(builder: TableBuilder, columns: readonly ParquetColumn[], first: number) {
    this.builder = builder;
    this.columns = columns;
    this.first = first;
  }

  async read({ path, metadata, origin }: ParquetFile): Promise<void> {
    const file = await asyncBufferFromFile(path);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      if (rowEnd === rowStart) continue;
      const cells: ArrayLike<unknown>[] = [];
      const problems: RowProblem[] = [];
      for (const [index, column] of this.columns.entries()) {
        try {
          const values: unknown[] = [];
          const rows = rowEnd - rowStart;
          await checkPages(file, {
            chunk: chunkOf(group, column),
            rows,
            optional: column.optional,
            compressors: boundedCompressors,
          });
          await parquetRead({
            file,
            metadata,
            columns: [column.name],
            rowStart,
            rowEnd,
            compressors: boundedCompressors,
            parsers: { stringFromBytes: (bytes: Uint8Array) => this.store(index, bytes, problems) },
            onChunk: ({ columnData }) => {
              for (let row = 0; row < columnData.length; row++) values.push(columnData[row]);
            },
          });
          if (values.length !== rowEnd - rowStart)
            throw new RangeError(`${values.length} values of "${column.name}" for ${rowEnd - rowStart} rows`);
          cells.push(values);
        } catch (error) {
          throw damaged(error, origin);
        }
      }
      for (let row = rowStart; row < rowEnd; row++)
        this.row(cells, row - rowStart, problems, this.first + row);
      rowStart = rowEnd;
    }
  }

  /** Copies a text out of its page. Gives its number, or −1 − the number of its problem. A dictionary's come once. */
  private store(column: number, bytes: Uint8Array, problems: RowProblem[]): number {
    const problem = cellProblem(bytes, this.columns[column]!.name);
    return problem ? -problems.push(problem) : this.builder.columns[column]!.addText(bytes);
  }

  private row(
    cells: readonly ArrayLike<unknown>[],
    index: number,
    problems: readonly RowProblem[],
    row: number,
  ): void {
    for (const [column, values] of cells.entries()) {
      const value = values[index];
      const isText = this.columns[column]!.kind === 'text';
      if (isText && typeof value === 'number' && value < 0)
        return this.builder.refuse(problems[-value - 1]!, row);
    }
    for (const [column, values] of cells.entries()) this.cell(column, values[index]);
    this.builder.endRow(row);
  }

  private cell(column: number, value: unknown): void {
    const target = this.builder.columns[column]!;
    if (value === null || value === undefined) target.pushNull();
    else if (this.columns[column]!.kind === 'text') target.pushText(Number(value));
    else if (typeof value === 'bigint' && !Number.isSafeInteger(Number(value)))
      target.pushText(target.addText(Buffer.from(String(value))));
    else target.pushNumber(Number(value));
  }
}

function checkAlike(first: ParquetFile, file: ParquetFile, kept: readonly ParquetColumn[]): void {
  for (const column of checkColumns(
    file,
    kept.map(({ name }) => name),
  ).entries()) {
    const [index, { name, type, kind }] = column;
    if (kind === kept[index]!.kind) continue;
    const message = `the column ${JSON.stringify(name)} is of type ${type}, in ${first.origin} of type ${kept[index]!.type}`;
    refuseColumn(
      message,
      file.columns.map((other) => other.name),
      file.origin,
    );
  }
  const [a, b] = [first, file].map(({ metadata }) => JSON.stringify(classNamesOf(metadata) ?? {}));
  if (a !== b) refuseColumn(`the class names ${b} are not those of ${first.origin}, ${a}`, [], file.origin);
}

/** One of the files of a table. */
export interface ParquetPart {
  readonly path: string;
  /** For messages. */
  readonly origin: string;
}

/**
 * Reads the files of one table, in order. 64-bit integers that a number cannot hold become text.
 * Throws TEXT_EMPTY, TEXT_COLUMNS, TEXT_PARQUET, and for the first bad row TEXT_ROW or TEXT_ENCODING with its file and row.
 */
export async function readParquetTable(
  parts: readonly ParquetPart[],
  options: TableOptions,
): Promise<ReadTable> {
  const files: ParquetFile[] = [];
  const starts: number[] = [0];
  for (const { path, origin } of parts) {
    files.push(await openFile(path, origin));
    starts.push(starts.at(-1)! + Number(files.at(-1)!.metadata.num_rows));
  }
  const [first] = files;
  if (!first) throw new MdpdError('TEXT_EMPTY', 'there are no Parquet files', { place: options.origin });
  const kept = checkColumns(first, options.columns);
  for (const file of files.slice(1)) checkAlike(first, file, kept);
  const builder = new TableBuilder(
    kept.map(({ name }) => name),
    options,
    (row) => {
      const index = starts.findLastIndex((start) => start <= row);
      return `${files[index]!.origin}[${row - starts[index]!}]`;
    },
  );
  for (const [index, file] of files.entries())
    await new ParquetReader(builder, kept, starts[index]!).read(file);
  const names = Object.entries(classNamesOf(first.metadata) ?? {}).filter(([name]) =>
    builder.names.includes(name),
  );
  const classNames: TextTable['classNames'] = names.length > 0 ? Object.fromEntries(names) : undefined;
  return builder.finish(classNames);
}
