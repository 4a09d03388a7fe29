/** The model behind the server: one call at a time, and what was sent as files only while it is read. */
import type { Batch, Prediction } from '@mdpd/core';
import { withTop } from '../predictor.ts';
import type { KeptBatches } from './kept-batches.ts';
import type { ModelQueue } from './model-queue.ts';
import { withoutPath, type PrivateFolder } from './private-folder.ts';
import { Refusal } from './refusal.ts';
import type { ServedInput, ServedInputs } from './served-input.ts';
import { readOutputs, tensorMessage } from './tensor-message.ts';

/** What reads inputs, runs and reads outputs: a `Predictor`. */
export interface ReadingModel {
  /** What the model reads of inputs, written as for `mdpd predict`. */
  encode(inputs: readonly string[]): Promise<Batch>;
  predict(inputs: readonly string[]): Promise<Prediction[]>;
  decode(output: Float32Array, batch: Batch): Prediction[];
}

/** An answer of `POST /predict`: as `mdpd predict --json` prints it. */
export type ServedAnswer = Prediction & { readonly input: string };

/** Parts that a served model is made of. */
export interface ServedParts {
  readonly model: ReadingModel;
  /** C, numbers of one output; models that answer at every token give N·C. */
  readonly outputs: number;
  readonly queue: ModelQueue;
  readonly folder: PrivateFolder;
  readonly kept: KeptBatches;
}

/** A model that several clients ask. */
export class ServedModel {
  private readonly parts: ServedParts;

  constructor(parts: ServedParts) {
    this.parts = parts;
  }

  /** Runs the model here. Throws what is wrong with an input, SERVE_BUSY and SERVE_TIMEOUT. */
  async predict({ inputs, top }: ServedInputs, signal?: AbortSignal): Promise<ServedAnswer[]> {
    const { queue, model } = this.parts;
    return queue.run(async () => {
      // Together, as the command runs them: batches of another size round differently.
      const predictions = await this.withTyped(inputs, (typed) => model.predict(typed));
      return predictions.map((each, index) => ({ input: inputs[index]!.name, ...withTop(each, top) }));
    }, signal);
  }

  /** What the model reads of one input, as `tensorMessage` writes it. Throws as `predict`. */
  async encode(input: ServedInput, signal?: AbortSignal): Promise<Uint8Array> {
    const { queue, kept, model } = this.parts;
    return queue.run(async () => {
      const started = performance.now();
      const batch = await this.withTyped([input], (typed) => model.encode(typed));
      const milliseconds = performance.now() - started;
      return tensorMessage({ id: kept.keep(batch), milliseconds }, batch.input);
    }, signal);
  }

  /**
   * What outputs say that a browser computed of an encoded input.
   * Throws SERVE_GONE where the input is not kept any longer, SERVE_INPUT where there are no such outputs.
   */
  decode(id: string, bytes: Uint8Array): Prediction {
    const { outputs } = this.parts;
    const output = readOutputs(bytes);
    if (!output || output.length % outputs !== 0) {
      throw new Refusal(400, 'SERVE_INPUT', 'the body does not hold the outputs of the model', {
        allowed: `numbers of type float32, little endian, ${outputs} for an output`,
      });
    }
    const batch = this.parts.kept.take(id);
    if (!batch) {
      throw new Refusal(410, 'SERVE_GONE', 'the input is not kept any longer', { fix: 'send it again' });
    }
    return this.parts.model.decode(output, batch)[0]!;
  }

  /** Inputs as `mdpd predict` would be given them: images are files while `use` reads them. */
  private async withTyped<T>(
    inputs: readonly ServedInput[],
    use: (typed: readonly string[]) => Promise<T>,
    typed: readonly string[] = [],
  ): Promise<T> {
    const [input, ...rest] = inputs;
    if (!input) return use(typed);
    const { name, text, image } = input;
    if (image === undefined) return this.withTyped(rest, use, [...typed, text!]);
    return this.parts.folder.withFile(image, async (file) => {
      try {
        return await this.withTyped(rest, use, [...typed, text === undefined ? file : `${file} ${text}`]);
      } catch (thrown) {
        throw withoutPath(thrown, file, text === undefined ? name : 'image');
      }
    });
  }
}
