/**
 * Compares the ONNX file of a backbone and head with their own forward pass.
 *
 * Letters: B batch, N tokens.
 */
import { exportModel } from '@mdpd/compile/export/export-model';
import { openModelFile } from '@mdpd/compile/export/run-model';
import type { BackboneProvider, HeadKind, HostRecord, HostTensor, JsonObject } from '@mdpd/core';
import { runExported } from '@mdpd/distill/forward';
import { modelUnderTest, uploadAll, type InputMaker } from '../model-under-test.ts';
import { tidily } from '../tidily.ts';

/** A backbone with a head of a kind, and inputs for it. */
export interface ExportCase {
  readonly provider: BackboneProvider;
  readonly config: JsonObject;
  readonly kind: HeadKind;
  readonly outputs: number;
  readonly input: InputMaker;
}

/** How large the input is. */
export interface ExportSize {
  readonly batch: number;
  /** Texts are cut to so many tokens. */
  readonly tokens: number;
}

/** Inputs and outputs of one file and, for every size, the largest difference of an output; Infinity where shapes differ. */
export async function exportDifference(
  { provider, config, kind, outputs, input }: ExportCase,
  sizes: readonly ExportSize[],
): Promise<{
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly differences: readonly number[];
}> {
  const backbone = provider.create(config);
  const { head, parameters } = modelUnderTest(provider, backbone, { kind, outputs, input });
  const { bytes } = exportModel({
    forward: (params, given) => runExported(backbone, head, params, given),
    parameters,
    inputs: backbone.inputs,
  }).float();
  const file = await openModelFile(bytes);
  try {
    const differences: number[] = [];
    for (const { batch, tokens } of sizes) {
      const given = cut(input(backbone, batch, batch + tokens), backbone.inputs, tokens);
      const expected = tidily(() => {
        const all = runExported(backbone, head, uploadAll(parameters), uploadAll(given));
        return Object.entries(all).map(
          ([name, tensor]) => [name, { data: tensor.dataSync(), shape: tensor.shape }] as const,
        );
      });
      const actual = await file.run(given);
      differences.push(
        Math.max(...expected.map(([name, tensor]) => largestDifference(actual[name]!, tensor))),
      );
    }
    return { inputs: file.inputs, outputs: file.outputs, differences };
  } finally {
    await file.release();
  }
}

/** Inputs of which those with a variable axis [B, N] keep their first tokens. */
function cut(
  given: HostRecord,
  inputs: Readonly<Record<string, { readonly variable?: readonly number[] }>>,
  tokens: number,
): HostRecord {
  const rowsOf = (tensor: HostTensor): HostTensor => {
    const [batch, all] = tensor.shape as [number, number];
    const rows = Array.from({ length: batch }, (_, row) => [
      ...tensor.data.slice(row * all, row * all + tokens),
    ]);
    return { data: Int32Array.from(rows.flat()), shape: [batch, tokens], dtype: 'int32' };
  };
  return Object.fromEntries(
    Object.entries(given).map(([name, tensor]) => [name, inputs[name]?.variable ? rowsOf(tensor) : tensor]),
  );
}

function largestDifference(
  actual: HostTensor,
  expected: { readonly data: ArrayLike<number>; readonly shape: readonly number[] },
): number {
  if (String(actual.shape) !== String(expected.shape)) return Infinity;
  return Array.from(expected.data).reduce(
    (most, value, at) => Math.max(most, Math.abs(value - actual.data[at]!)),
    0,
  );
}
