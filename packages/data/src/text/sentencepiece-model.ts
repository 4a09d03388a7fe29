/**
 * Reads a SentencePiece model: a protocol buffer with the pieces, their scores, and the table of the normalizer.
 *
 * Source: sentencepiece_model.proto of SentencePiece. Every length is checked against what is there before it is used.
 */
import { invalid, mostTokens, type JsonPlace } from './tokenizer-json.ts';

export type PieceKind = 'normal' | 'unknown' | 'control' | 'user' | 'unused' | 'byte';
const kinds: Readonly<Record<number, PieceKind>> = {
  1: 'normal',
  2: 'unknown',
  3: 'control',
  4: 'user',
  5: 'unused',
  6: 'byte',
};

export interface SentencePiece {
  readonly piece: string;
  /** Log probability. */
  readonly score: number;
  readonly kind: PieceKind;
}

export interface SentencePieceModel {
  readonly pieces: readonly SentencePiece[];
  /** `trainer_spec.model_type`: 1 is Unigram, 2 BPE. */
  readonly type: number;
  readonly unknownId: number;
  /** Unknown characters become the pieces of their bytes. */
  readonly byteFallback: boolean;
  /** Empty where the model normalizes nothing. */
  readonly characterMap: Uint8Array;
}

/** A value of the wire: a number, or bytes. */
type WireValue = number | Uint8Array;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A message of the wire format, field by field. */
class Message {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly place: JsonPlace;
  private at = 0;

  constructor(bytes: Uint8Array, place: JsonPlace) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.place = place;
  }

  /** Calls `take` for every field, with its number. */
  each(take: (field: number, value: WireValue) => void): void {
    while (this.at < this.bytes.length) {
      const key = this.varint();
      take(Math.floor(key / 8), this.value(key % 8));
    }
  }

  private value(wire: number): WireValue {
    if (wire === 0) return this.varint();
    if (wire === 5) return this.view.getFloat32(this.skip(4), true);
    if (wire === 1) return this.view.getFloat64(this.skip(8), true);
    if (wire !== 2) return this.fail(`the wire type ${wire}`);
    const length = this.varint();
    const start = this.skip(length);
    return this.bytes.subarray(start, start + length);
  }

  /** Where the next `count` bytes start. */
  private skip(count: number): number {
    const start = this.at;
    if (count > this.bytes.length - start)
      this.fail(`${count} bytes where ${this.bytes.length - start} are left`);
    this.at += count;
    return start;
  }

  /** Up to 2^53; a larger one, or a negative one of ten bytes, comes out inexact and is no length or id. */
  private varint(): number {
    let value = 0;
    for (let shift = 0; shift < 10; shift++) {
      const byte = this.bytes[this.skip(1)]!;
      value += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80) return value;
    }
    return this.fail('a number of more than ten bytes');
  }

  private fail(what: string): never {
    return invalid(`the SentencePiece model is damaged: ${what} at byte ${this.at}`, this.place);
  }
}

const asBytes = (value: WireValue): Uint8Array => (typeof value === 'number' ? new Uint8Array() : value);
const asNumber = (value: WireValue): number => (typeof value === 'number' ? value : 0);

/** Longer pieces are no parts of words; of those that stand for themselves the tokenizer makes one expression. */
const mostPieceBytes = 1024;
const mostOwnPieces = 10_000;

function readPiece(bytes: Uint8Array, index: number, place: JsonPlace): SentencePiece {
  let text: Uint8Array = new Uint8Array();
  let score = 0;
  let kind = 1;
  new Message(bytes, place).each((field, value) => {
    if (field === 1) text = asBytes(value);
    else if (field === 2) score = asNumber(value);
    else if (field === 3) kind = asNumber(value);
  });
  if (text.length > mostPieceBytes)
    invalid(`piece ${index} has ${text.length} bytes, more than ${mostPieceBytes}`, place);
  let piece = '';
  try {
    piece = decoder.decode(text);
  } catch {
    invalid(`piece ${index} is not UTF-8`, place);
  }
  if (piece === '' || !Number.isFinite(score)) invalid(`piece ${index} has no text or no score`, place);
  return {
    piece,
    score,
    kind: kinds[kind] ?? invalid(`piece ${index} is of the unknown type ${kind}`, place),
  };
}

/** Throws TOKENIZER_INVALID where the file is cut off, damaged, or holds no pieces. */
export function readSentencePieceModel(bytes: Uint8Array, place: JsonPlace): SentencePieceModel {
  const pieces: SentencePiece[] = [];
  let [type, unknownId, byteFallback] = [1, 0, false];
  let characterMap: Uint8Array = new Uint8Array();
  const trainer = (field: number, value: WireValue): void => {
    if (field === 3) type = asNumber(value);
    else if (field === 35) byteFallback = value === 1;
    else if (field === 40) unknownId = asNumber(value);
  };
  new Message(bytes, place).each((field, value) => {
    if (field === 1) pieces.push(readPiece(asBytes(value), pieces.length, place));
    else if (field === 2) new Message(asBytes(value), place).each(trainer);
    else if (field === 3) {
      new Message(asBytes(value), place).each((inner, map) => {
        if (inner === 2) characterMap = asBytes(map);
      });
    }
    if (pieces.length > mostTokens) invalid(`more than ${mostTokens} pieces`, place);
  });
  const own = pieces.filter(({ kind }) => kind === 'user' || kind === 'control').length;
  if (own > mostOwnPieces) invalid(`${own} pieces stand for themselves, more than ${mostOwnPieces}`, place);
  if (pieces.length === 0) invalid('the SentencePiece model has no pieces', place);
  if (pieces[unknownId] === undefined)
    invalid(`the unknown piece ${unknownId} is not among ${pieces.length}`, place);
  return { pieces, type, unknownId, byteFallback, characterMap };
}
