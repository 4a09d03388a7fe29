/** Which models are measured, and on how much at once. */
import { engineNames, type EngineName } from './job.ts';

interface EncoderShape {
  readonly blocks: number;
  readonly width: number;
  readonly heads: number;
  /** Hidden units of a block's MLP. */
  readonly hidden: number;
  /** Of an example in a batch, those without content included. */
  readonly tokens: number;
  readonly classes: number;
}

/** A ViT with a classification head. Tokens are the patches and CLS. */
export interface VitShape extends EncoderShape {
  readonly family: 'vit';
  readonly channels: number;
  /** Pixels along each side of a patch. */
  readonly patch: number;
  /** Pixels along each side of an image. */
  readonly image: number;
}

/** A BERT with a sequence classification head. */
export interface BertShape extends EncoderShape {
  readonly family: 'bert';
  readonly vocabulary: number;
  /** The most tokens that there are positions for. */
  readonly positions: number;
  /** Token types. */
  readonly types: number;
}

/** A ViLT with a classification head. Tokens are CLS of the image, the patches of the canvas, and words. */
export interface ViltShape extends EncoderShape {
  readonly family: 'vilt';
  readonly vocabulary: number;
  /** The most words that there are positions for. */
  readonly positions: number;
  /** Token types of texts. */
  readonly types: number;
  readonly channels: number;
  /** Pixels along each side of a patch. */
  readonly patch: number;
  /** Pixels along each side of the images whose patches have learned positions. */
  readonly image: number;
  /** Height and width in pixels of what images lie on. */
  readonly canvas: readonly [height: number, width: number];
}

export type ModelShape = VitShape | BertShape | ViltShape;

/** Real texts instead of random numbers. */
export interface Texts {
  /** Source of data, which a package may have to be installed for. */
  readonly source: 'spam';
  /** Folder of a tokenizer, in the workspace. */
  readonly tokenizer: string;
  /** The first of the train split. */
  readonly examples: number;
}

export interface BenchShape {
  readonly name: string;
  readonly model: ModelShape;
  readonly batch: number;
  readonly engines: readonly EngineName[];
  /** Rows that are measured; default: all that read random numbers. */
  readonly rows?: readonly string[];
  /** Fewer timed steps and forward passes where they take long. */
  readonly timed?: { readonly train: number; readonly inference: number };
  readonly texts?: Texts;
  /** Of the side network; absent: the default, which is for narrow backbones. The recipes for 768 have 8, as LST. */
  readonly reductionFactor?: number;
}

const patches = { channels: 3, patch: 16, image: 224, tokens: 197, classes: 100 };
const words = { vocabulary: 30_522, positions: 512, types: 2, classes: 2 };
/** dandelin/vilt-b32-mlm; a text has 39 of the 240 tokens: the others are 10 × 20 patches and their CLS. */
const imagesWithTexts = {
  vocabulary: 30_522,
  positions: 40,
  types: 2,
  channels: 3,
  patch: 32,
  image: 384,
  canvas: [320, 640],
  tokens: 240,
  classes: 100,
} as const;
const texts = {
  source: 'spam',
  tokenizer: 'models/all-MiniLM-L6-v2',
  examples: 1000,
} as const;

/** all-MiniLM-L6-v2, with random weights. */
const miniLm = { family: 'bert', blocks: 6, width: 384, heads: 12, hidden: 1536, ...words } as const;
const epochs = { engines: ['compiled'], rows: ['bucketed-epoch', 'padded-epoch'] } as const;

/** Of models of 12 blocks × 768, whose steps take seconds. */
const wideRows = ['forward', 'norm+recompute', 'side', 'mdpd', 'full'];
const wideTimed = { train: 5, inference: 9 };

export const shapes: readonly BenchShape[] = [
  {
    name: 'vit-s',
    model: { family: 'vit', blocks: 12, width: 384, heads: 6, hidden: 1536, ...patches },
    batch: 8,
    engines: engineNames,
  },
  {
    name: 'vit-b',
    model: { family: 'vit', blocks: 12, width: 768, heads: 12, hidden: 3072, ...patches },
    batch: 16,
    engines: ['pytorch', 'compiled'],
    reductionFactor: 8,
  },
  {
    name: 'bert-base',
    model: { family: 'bert', blocks: 12, width: 768, heads: 12, hidden: 3072, tokens: 128, ...words },
    batch: 16,
    engines: ['pytorch', 'compiled'],
    rows: wideRows,
    timed: wideTimed,
    reductionFactor: 8,
  },
  {
    name: 'vilt',
    model: { family: 'vilt', blocks: 12, width: 768, heads: 12, hidden: 3072, ...imagesWithTexts },
    batch: 8,
    engines: ['pytorch', 'compiled'],
    rows: wideRows,
    timed: wideTimed,
    reductionFactor: 8,
  },
  { name: 'spam', model: { ...miniLm, tokens: 128 }, batch: 32, texts, ...epochs },
  {
    name: 'spam-512',
    model: { ...miniLm, tokens: 512 },
    batch: 32,
    texts: { ...texts, examples: 512 },
    ...epochs,
  },
];
