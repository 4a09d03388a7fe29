/** Token ids of many examples, one after the other in one array. */
import { Growable, type NumbersConstructor } from './growable.ts';
import type { BuiltText } from './post-processor.ts';

type Ids = Uint16Array | Int32Array;

/** Reads the examples of a finished store. */
export interface StoredTokens {
  readonly size: number;
  /** Number of tokens of an example. */
  length(index: number): number;
  /** Copies an example's ids, and its types, to `target` from `at` on. */
  copyIds(index: number, target: Int32Array, at: number): void;
  /** The same with token types; nothing where the store has none. */
  copyTypes(index: number, target: Int32Array, at: number): void;
}

/** Encoded texts, by number. Ids are two bytes each where the vocabulary allows. */
export class TokenStore {
  private readonly ids: Growable<Ids>;
  private readonly types: Growable<Uint8Array> | undefined;
  private readonly ends = new Growable(Uint32Array);

  /** Two bytes a token where `vocabSize` allows, and one more with token types. */
  constructor(vocabSize: number, withTypes: boolean) {
    const make: NumbersConstructor<Ids> = vocabSize <= 1 << 16 ? Uint16Array : Int32Array;
    this.ids = new Growable(make);
    this.types = withTypes ? new Growable(Uint8Array) : undefined;
  }

  /** Appends a text. */
  add({ ids, typeIds }: BuiltText): void {
    this.ids.pushAll(ids);
    this.types?.pushAll(typeIds);
    this.ends.push(this.ids.length);
  }

  /** What was added, without spare room. Nothing can be added afterwards. */
  finish(): StoredTokens {
    const [ids, types, ends] = [this.ids.finish(), this.types?.finish(), this.ends.finish()];
    const start = (index: number): number => (index === 0 ? 0 : ends[index - 1]!);
    return {
      size: ends.length,
      length: (index) => ends[index]! - start(index),
      copyIds: (index, target, at) => target.set(ids.subarray(start(index), ends[index]), at),
      copyTypes: (index, target, at) => target.set(types?.subarray(start(index), ends[index]) ?? [], at),
    };
  }
}
