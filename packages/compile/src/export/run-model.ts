/** Runs a model file in ONNX Runtime as its users do, with the runtime's own optimizer: to check it. */
import type * as Ort from 'onnxruntime-node';
import { MdpdError, messageOf, type HostRecord, type HostTensor } from '@mdpd/core';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { forbidTelemetry } from '../no-telemetry.ts';

export interface OpenedModelFile {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Outputs by name. Whole numbers go in as int64, as the file wants them. */
  run(input: HostRecord): Promise<HostRecord>;
  release(): Promise<void>;
}

/** @throws EXPORT_INVALID where the runtime refuses the model, or there is no runtime */
export async function openModelFile(model: Uint8Array | string): Promise<OpenedModelFile> {
  const { ort, session } = await create(model);
  const feed = ({ data, shape, dtype }: HostTensor): Tensor =>
    dtype === 'float32'
      ? new ort.Tensor('float32', data as Float32Array, shape)
      : new ort.Tensor(
          'int64',
          BigInt64Array.from(data, (number) => BigInt(number)),
          shape,
        );
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    run: async (input) => {
      const feeds = Object.fromEntries(Object.entries(input).map(([name, value]) => [name, feed(value)]));
      const results = await session.run(feeds);
      return Object.fromEntries(
        Object.entries(results).map(([name, { data, dims }]) => [
          name,
          { data: data as Float32Array, shape: dims, dtype: 'float32' as const },
        ]),
      );
    },
    release: () => session.release(),
  };
}

async function create(model: Uint8Array | string): Promise<{ ort: typeof Ort; session: InferenceSession }> {
  try {
    forbidTelemetry();
    const ort = await import('onnxruntime-node');
    // Its warnings would go to standard error beside ours.
    const options = { logSeverityLevel: 3 } as const;
    const session =
      typeof model === 'string'
        ? await ort.InferenceSession.create(model, options)
        : await ort.InferenceSession.create(model, options);
    return { ort, session };
  } catch (error) {
    throw new MdpdError(
      'EXPORT_INVALID',
      `ONNX Runtime refuses the model: ${messageOf(error).split('\n')[0]!}`,
      {
        cause: error,
      },
    );
  }
}
