/**
 * The header of a safetensors file, read with suspicion: every rule of the format is checked before anything is
 * allocated for the data.
 */
import { MdpdError, messageOf } from '@mdpd/core';
import { showValue } from '@mdpd/core/show-value';
import { dtypeBytes, type StoredDtype } from './tensor-values.ts';

export type SafetensorsDtype = StoredDtype;

export interface SafetensorsEntry {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Bytes [begin, end) of the data part. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  /** In the order of the data. */
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
}

export const METADATA = '__metadata__';

/** As the reference implementation. */
export const MAXIMUM_HEADER_BYTES = 100_000_000;

const quoted = (name: string): string => JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function invalid(file: string, message: string, allowed?: string): MdpdError {
  return new MdpdError('SAFETENSORS_HEADER', message, { place: file, allowed });
}

/** Index behind the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** The first key that stands twice in one object, which JSON.parse accepts. `text` is valid JSON. */
function duplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let last = '""';
  for (let at = 0; at < text.length; at++) {
    const token = text[at];
    if (token === '"') {
      const end = endOfString(text, at);
      last = text.slice(at, end);
      at = end - 1;
    } else if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const key = JSON.parse(last) as string;
      if (open.at(-1)!.has(key)) return key;
      open.at(-1)!.add(key);
    }
  }
  return undefined;
}

function parseObject(bytes: Uint8Array, file: string): Record<string, unknown> {
  if (bytes[0] !== 0x7b) throw invalid(file, 'the header does not begin with "{"', 'a safetensors file');
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(file, `the header is not JSON in UTF-8: ${messageOf(error)}`);
  }
  if (!isObject(value)) throw invalid(file, 'the header is not a JSON object');
  const twice = duplicateKey(text);
  if (twice !== undefined) throw invalid(file, `the header has the key ${quoted(twice)} twice`);
  return value;
}

function parseMetadata(value: unknown, file: string): Map<string, string> {
  const entries = isObject(value) ? Object.entries(value) : undefined;
  if (!entries?.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
    throw invalid(file, `${METADATA} of the header holds something else than texts`, 'names with texts');
  }
  return new Map(entries);
}

function parseDtype(dtype: unknown, place: string): SafetensorsDtype {
  if (typeof dtype === 'string' && Object.hasOwn(dtypeBytes, dtype)) return dtype as SafetensorsDtype;
  const shown = typeof dtype === 'string' ? quoted(dtype) : showValue(dtype);
  throw new MdpdError('SAFETENSORS_DTYPE', `values of type ${shown} cannot be read`, {
    place,
    allowed: Object.keys(dtypeBytes),
    fix: 'convert the checkpoint to F32, F16 or BF16',
  });
}

function parseEntry(name: string, value: unknown, file: string): SafetensorsEntry {
  const place = `${file}: ${quoted(name)}`;
  if (!isObject(value)) throw invalid(place, 'the tensor is not described by an object');
  const dtype = parseDtype(value['dtype'], place);
  const { shape, data_offsets: offsets } = value;
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw invalid(place, `shape ${showValue(shape)} is not a list of lengths`, 'integers from 0');
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw invalid(place, `data_offsets ${showValue(offsets)} are not two offsets`, '[begin, end]');
  }
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce((product, length) => product * length, dtypeBytes[dtype]);
  if (end - begin !== bytes) {
    throw new MdpdError(
      'SAFETENSORS_OFFSETS',
      `shape [${shape.join(', ')}] of type ${dtype} takes ${bytes} bytes, but the offsets hold ${end - begin}`,
      { place },
    );
  }
  return { dtype, shape, begin, end };
}

/** Tensors must lie one behind the other and fill the data part. */
function checkLayout(
  entries: readonly (readonly [string, SafetensorsEntry])[],
  dataBytes: number,
  file: string,
): void {
  const fail = (message: string): never => {
    throw new MdpdError('SAFETENSORS_OFFSETS', message, {
      place: file,
      fix: 'the file is damaged or incomplete: get it again',
    });
  };
  let expected = 0;
  for (const [name, { begin, end }] of entries) {
    if (begin < expected) fail(`${quoted(name)} at byte ${begin} overlaps what ends at byte ${expected}`);
    if (begin > expected) fail(`bytes ${expected} to ${begin} before ${quoted(name)} belong to no tensor`);
    expected = end;
  }
  if (expected !== dataBytes) fail(`the tensors take ${expected} bytes, but the file has ${dataBytes}`);
}

/**
 * Parses and checks the header.
 *
 * @param bytes - the header alone
 * @param dataBytes - length of the data part
 * @param file - for messages
 * @throws SAFETENSORS_HEADER, SAFETENSORS_DTYPE, SAFETENSORS_OFFSETS
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, file: string): SafetensorsHeader {
  const object = parseObject(bytes, file);
  const metadata = Object.hasOwn(object, METADATA)
    ? parseMetadata(object[METADATA], file)
    : new Map<string, string>();
  const entries = Object.entries(object)
    .filter(([name]) => name !== METADATA)
    .map(([name, value]) => [name, parseEntry(name, value, file)] as const)
    .sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  checkLayout(entries, dataBytes, file);
  return { metadata, entries: new Map(entries) };
}
