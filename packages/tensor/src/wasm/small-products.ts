/**
 * Batched products of small matrices on the WebAssembly backend, with SIMD.
 *
 * Letters: n matrices, M rows, K inner, P columns.
 *
 * tfjs's own kernel multiplies a batch with a scalar loop, and its optimised product costs more to set up than a small
 * matrix takes: the attention of a small model spends a third of a training step there. This module (679 bytes,
 * small-products.wat) works on the backend's own memory.
 */
import { smallProductsBase64 } from './small-products-binary.ts';

/** c [n, M, P] = a [n, M, K] · b [n, K, P], row-major float32; a, b, c are byte offsets into the backend's memory. */
export type SmallProducts = (
  a: number,
  b: number,
  c: number,
  n: number,
  rows: number,
  inner: number,
  columns: number,
) => void;

/** The parts of WebAssembly's JavaScript interface that are used; Node's types do not declare it. */
interface WasmApi {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: { readonly multiply: SmallProducts } };
}

/** The function over `memory` (a WebAssembly.Memory), or undefined where the machine has no SIMD. */
export function smallProducts(memory: object): SmallProducts | undefined {
  const api = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;
  const bytes = Uint8Array.from(Buffer.from(smallProductsBase64, 'base64'));
  if (!api.validate(bytes)) return undefined;
  return new api.Instance(new api.Module(bytes), { tfjs: { memory } }).exports.multiply;
}
