/**
 * The table behind the normalizer `Precompiled` of SentencePiece models: replacements of characters, found by a trie in
 * a double array (as the library Darts lays it out), in a blob of bytes.
 *
 * Source: SentencePiece (`precompiled_charsmap`), and the Rust crate spm_precompiled, whose ways with grapheme clusters
 * are followed where they differ from SentencePiece.
 */
import { invalid, type JsonPlace } from './tokenizer-json.ts';

const plainAscii = /^[ -~]*$/;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
/** Longest grapheme cluster, in bytes, that is looked up as a whole. */
const longestCluster = 5;
/** The segmenter takes time in proportion to the text for every cluster, so it sees windows of this many characters. */
const windowLength = 512;

/** Grapheme clusters of a text of any length. */
function* clusters(text: string): Generator<string> {
  let length = windowLength;
  for (let start = 0; start < text.length;) {
    let end = start + length;
    // Not between the halves of a character.
    if (/[\ud800-\udbff]/.test(text[end - 1] ?? '')) end++;
    const isLast = end >= text.length;
    const found = Array.from(segmenter.segment(text.slice(start, end)), ({ segment }) => segment);
    // The last cluster of a window may go on after it; one that fills the window needs a larger one.
    if (!isLast) found.pop();
    length = found.length === 0 ? length * 2 : windowLength;
    for (const cluster of found) {
      yield cluster;
      start += cluster.length;
    }
  }
}

export class CharacterMap {
  /** Units of the double array. */
  private readonly units: Uint32Array;
  /** Replacements, each ended by NUL. */
  private readonly replacements: Uint8Array;
  private readonly known = new Map<string, string | undefined>();
  private readonly keepsAscii: boolean;

  private constructor(units: Uint32Array, replacements: Uint8Array) {
    this.units = units;
    this.replacements = replacements;
    this.keepsAscii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(index + 32)).every(
      (character) => this.replacement(character) === undefined,
    );
  }

  /** Throws TOKENIZER_INVALID where the blob is cut off or its sizes contradict each other. */
  static parse(blob: Uint8Array, place: JsonPlace): CharacterMap {
    const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
    const bytes = blob.length >= 4 ? view.getUint32(0, true) : 0;
    if (bytes === 0 || bytes % 4 !== 0 || 4 + bytes > blob.length)
      invalid('precompiled_charsmap is cut off or damaged', place);
    const units = Uint32Array.from({ length: bytes / 4 }, (_, index) => view.getUint32(4 + 4 * index, true));
    return new CharacterMap(units, blob.subarray(4 + bytes));
  }

  /** The text with every character, or short cluster of characters, replaced that the table has. */
  normalize(text: string): string {
    if (this.keepsAscii && plainAscii.test(text)) return text;
    let result = '';
    for (const cluster of clusters(text)) result += this.cluster(cluster);
    return result;
  }

  private cluster(cluster: string): string {
    if (Buffer.byteLength(cluster) <= longestCluster) {
      const whole = this.replacement(cluster);
      if (whole !== undefined) return whole;
    }
    let result = '';
    for (const character of cluster) result += this.replacement(character) ?? character;
    return result;
  }

  private replacement(key: string): string | undefined {
    if (this.known.has(key)) return this.known.get(key);
    const found = this.find(encoder.encode(key));
    if (this.known.size < 65536) this.known.set(key, found);
    return found;
  }

  /** What the shortest beginning of `key` that is in the trie stands for. Unlike SentencePiece, which takes the longest. */
  private find(key: Uint8Array): string | undefined {
    const { units } = this;
    let position = this.offset(units[0]!);
    for (const byte of key) {
      position ^= byte;
      const unit = units[position];
      if (byte === 0 || unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined;
      position ^= this.offset(unit);
      const leaf = units[position];
      if ((unit & 0x100) !== 0 && leaf !== undefined) return this.replacementAt(leaf & 0x7fffffff);
    }
    return undefined;
  }

  private offset(unit: number): number {
    return ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;
  }

  private replacementAt(start: number): string | undefined {
    const { replacements } = this;
    if (start >= replacements.length) return undefined;
    const end = replacements.indexOf(0, start);
    return decoder.decode(replacements.subarray(start, end === -1 ? replacements.length : end));
  }
}
