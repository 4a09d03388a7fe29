/**
 * Unigram: the most probable way to cut a piece of text into those of a vocabulary (Viterbi), as the Rust library
 * `tokenizers` finds it, ties included.
 *
 * The library's own keeps an object for every candidate, about a kilobyte a character; this takes 16 bytes.
 */

/** How much less likely an unknown character is than the least likely piece. */
const unknownPenalty = 10;

export interface UnigramPieces {
  /** Pieces and log probabilities, by id. */
  readonly pieces: readonly (readonly [piece: string, score: number])[];
  readonly unknownId: number;
}

/** A run of text and the id of its piece; `id` is undefined for text that is unknown. */
export interface UnigramCut {
  readonly text: string;
  readonly id: number | undefined;
}

export class Unigram {
  readonly vocabulary: ReadonlyMap<string, number>;
  private readonly scores: Float64Array;
  private readonly unknownId: number;
  private readonly unknownScore: number;
  /** Characters that begin a piece, with the lengths of those pieces, shortest first. */
  private readonly lengths = new Map<number, Uint16Array>();

  constructor({ pieces, unknownId }: UnigramPieces) {
    this.vocabulary = new Map(pieces.map(([piece], id) => [piece, id]));
    this.scores = Float64Array.from(pieces, ([, score]) => score);
    this.unknownId = unknownId;
    this.unknownScore =
      this.scores.reduce((least, score) => Math.min(least, score), Infinity) - unknownPenalty;
    const lengths = new Map<number, Set<number>>();
    for (const [piece] of pieces) {
      const first = piece.codePointAt(0);
      if (first === undefined || piece.length > 65535) continue;
      const known = lengths.get(first) ?? new Set();
      lengths.set(first, known.add(piece.length));
    }
    for (const [first, known] of lengths) this.lengths.set(first, Uint16Array.from(known).sort());
  }

  /** The best cut, unknown characters that follow each other as one. */
  cut(text: string): readonly UnigramCut[] {
    const { ids, starts } = this.search(text);
    const cuts: UnigramCut[] = [];
    let end = text.length;
    while (end > 0) {
      const id = ids[end]!;
      let start = starts[end]!;
      while (id === this.unknownId && start > 0 && ids[start] === this.unknownId) start = starts[start]!;
      const part = text.slice(start, end);
      cuts.push({ text: part, id: id === this.unknownId ? this.vocabulary.get(part) : id });
      end = start;
    }
    return cuts.reverse();
  }

  /** For every end of a piece on the way there: the last piece of the best cut up to it, and where that starts. */
  private search(text: string): { ids: Int32Array; starts: Int32Array } {
    const count = text.length + 1;
    const best = new Float64Array(count);
    const ids = new Int32Array(count);
    const starts = new Int32Array(count).fill(-1);
    const reach = (start: number, end: number, id: number, score: number): void => {
      const total = best[start]! + score;
      if (starts[end] !== -1 && total <= best[end]!) return;
      best[end] = total;
      ids[end] = id;
      starts[end] = start;
    };
    for (let start = 0; start < text.length;) {
      const first = text.codePointAt(start)!;
      const size = first > 0xffff ? 2 : 1;
      let single = false;
      for (const length of this.lengths.get(first) ?? []) {
        if (start + length > text.length) break;
        const id = this.vocabulary.get(text.slice(start, start + length));
        if (id === undefined) continue;
        single ||= length === size;
        reach(start, start + length, id, this.scores[id]!);
      }
      if (!single) reach(start, start + size, this.unknownId, this.unknownScore);
      start += size;
    }
    return { ids, starts };
  }
}
