/** What the page of `mdpd serve` is told of the model, and what `GET /about` answers. */
import type { InputKind } from '../result.ts';

/** Facts about a model that is served. Names come from strangers. */
export interface DemoAbout {
  /** Of the run or model, without the path to it. */
  readonly title: string;
  readonly task: string;
  readonly input: InputKind;
  /** Class names or answers; none where the model gives a score, a box or words. */
  readonly labels: readonly string[];
  /** How many texts an input may have, for models of texts. */
  readonly sentences?: readonly number[];
  /** Whether a prediction is a box in the image. */
  readonly boxes: boolean;
  /** Whether the classes are the ten digits, which can be drawn. */
  readonly digits: boolean;
  /** Where the model runs when the page asks. */
  readonly runs:
    | { readonly where: 'browser'; readonly bytes: number; readonly runtime: string }
    | { readonly where: 'server'; readonly why: string };
  /** Of the run that the model comes from. */
  readonly run?: {
    readonly recipe: string;
    readonly backbone: string;
    readonly method: string;
    /** Made with --smoke: the numbers mean nothing. */
    readonly smoke: boolean;
    readonly testExamples: number;
    /** Name of the main metric. */
    readonly primary: string;
    readonly metrics: Readonly<Record<string, number>>;
  };
  /** Most bytes of a body with an image, or with texts, and most inputs of a request. */
  readonly limits: { readonly imageBytes: number; readonly textBytes: number; readonly inputs: number };
}
