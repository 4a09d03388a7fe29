/** From a forward function and its parameters to the files that transformers.js reads. */
import type { ExportableModel } from './exportable-model.ts';
import { modelGraph } from './model-graph.ts';
import { quantizeModel } from './quantize-model.ts';
import { writeModel } from './write-model.ts';

/** A file of an exported model. */
export interface ExportedFile {
  /** Path in the model's folder, as transformers.js looks for it. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Names of parameters that are bytes in it. */
  readonly quantized: readonly string[];
}

/** A traced model, written as often as is asked for. */
export interface ExportedModel {
  /** `onnx/model.onnx`, float32. */
  float(): ExportedFile;
  /** `onnx/model_quantized.onnx`: transformers.js's `dtype: 'q8'`. */
  int8(): ExportedFile;
}

/** Traces the model once; each file is made when it is asked for. Throws what `modelGraph` and `writeModel` throw. */
export function exportModel(model: ExportableModel): ExportedModel {
  const graph = modelGraph(model);
  return {
    float: () => ({ path: 'onnx/model.onnx', bytes: writeModel(graph), quantized: [] }),
    int8: () => {
      const { model: small, quantized } = quantizeModel(graph);
      return { path: 'onnx/model_quantized.onnx', bytes: writeModel(small), quantized };
    },
  };
}
