/** A saved model that a program has opened. */
import { MdpdError, type Prediction } from '@mdpd/core';
import { internalError } from './internal-error.ts';
import type { Predictor } from './predictor.ts';
import { withTop } from './predictor.ts';

/** How a model is opened. */
export interface LoadOptions {
  /** Default: `auto`. */
  readonly executor?: string;
  /** Threads of the computation, of the executor onnxruntime; default: as many as there are processors. */
  readonly threads?: number;
  /** Against it the folder is resolved; default: the working directory. */
  readonly directory?: string;
  /** Told what is worth knowing; default: nobody. */
  readonly warn?: (message: string) => void;
}

/** What a prediction says. */
export interface PredictOptions {
  /** Most alternatives of a prediction, itself included; default 3. */
  readonly top?: number;
}

/** A model that is open: predicts one call after the other, until it is disposed. */
export class LoadedModel {
  /** Name of its task. */
  readonly task: string;
  /** Class names in label order; none where it predicts no classes. */
  readonly labels: readonly string[];
  private readonly predictor: Predictor;
  /** Calls run one after the other: each takes all threads. */
  private last: Promise<unknown> = Promise.resolve();
  private disposed: Promise<void> | undefined;

  constructor(predictor: Predictor) {
    this.predictor = predictor;
    this.task = predictor.task.name;
    this.labels = predictor.task.labels;
  }

  /**
   * One prediction an input, in order. Inputs are written as for `mdpd predict`: paths of images (from the working
   * directory), or texts; a pair of
   * texts has a tab between them, an image and a text a space. Several calls may wait at once.
   * @throws what the task finds wrong with an input; PREDICT_INPUT where it is no text; MODEL_DISPOSED
   */
  predict(inputs: readonly string[], { top = 3 }: PredictOptions = {}): Promise<Prediction[]> {
    const run = async (): Promise<Prediction[]> => {
      checkInputs(inputs);
      const predictions = await this.predictor.predict(inputs);
      return predictions.map((each) => withTop(each, top));
    };
    if (this.disposed) {
      return Promise.reject(
        new MdpdError('MODEL_DISPOSED', 'the model has been disposed', { fix: 'load it again' }),
      );
    }
    const result = this.last.then(run).catch((thrown: unknown): never => {
      throw internalError(thrown);
    });
    this.last = result.catch(() => undefined);
    return result;
  }

  /** Frees the model, once those who wait have their predictions. */
  dispose(): Promise<void> {
    this.disposed ??= this.last.then(() => this.predictor.dispose());
    return this.disposed;
  }
}

function checkInputs(inputs: readonly string[]): void {
  const list: unknown = inputs;
  const wrong: unknown = Array.isArray(list) ? list.find((each) => typeof each !== 'string') : list;
  if (wrong === undefined) return;
  throw new MdpdError('PREDICT_INPUT', `an input is of type ${wrong === null ? 'null' : typeof wrong}`, {
    allowed: 'a list of texts and paths of images',
    exitCode: 2,
  });
}
