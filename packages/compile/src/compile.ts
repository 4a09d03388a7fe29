/** Any tfjs function as one ONNX graph, run by ONNX Runtime. */
import * as tf from '@tensorflow/tfjs-core';
import { MdpdError } from '@mdpd/core';
import { BufferTable } from './compiled-executor.ts';
import { countOps } from './graph.ts';
import { GraphRunner } from './graph-runner.ts';
import { optimize } from './optimize.ts';
import { checkProvider } from './providers.ts';
import { SessionClient } from './session-client.ts';
import { defaultThreads } from './session-settings.ts';
import { formOf, leavesOf, mapTree } from './tensor-tree.ts';
import { toOnnx } from './to-onnx.ts';
import { trace } from './trace.ts';

/** How a compiled function runs. */
export interface CompileOptions {
  /** Default: one for each processor. */
  readonly threads?: number;
  /** ONNX Runtime's execution provider; default `cpu`. */
  readonly provider?: string;
}

/** A function that has become a graph: it takes and gives tensors of the same shapes every time. */
export interface CompiledFunction<Args extends readonly unknown[], Result> {
  /**
   * Runs the graph. Tensors may come from any backend; those of the result are new ones on the current backend.
   *
   * @throws COMPILE_SHAPE for other shapes, types or values than the example's, EXECUTOR_FAILED, EXECUTOR_PROVIDER
   */
  run(...args: Args): Promise<Result>;
  /** Frees the graph; it cannot be run afterwards. */
  dispose(): Promise<void>;
  /** How many nodes of each operator the graph has. */
  readonly nodes: Readonly<Record<string, number>>;
  /** The graph as an ONNX file. Inputs are called `in.<argument>.<path>`, outputs `out.<path>`. */
  toOnnx(): Uint8Array;
}

/** The thread that all compiled functions share, while there are any. */
let shared: { readonly client: SessionClient; readonly buffers: BufferTable; users: number } | undefined;

function enter(): NonNullable<typeof shared> {
  if (!shared) {
    const client = new SessionClient();
    shared = { client, buffers: new BufferTable(client), users: 0 };
  }
  shared.users += 1;
  return shared;
}

async function leave(used: NonNullable<typeof shared>): Promise<void> {
  used.users -= 1;
  if (used.users > 0) return;
  if (shared === used) shared = undefined;
  await used.client.stop();
}

/**
 * Compiles `fn` for tensors of the shapes and types of `example`. It is called once, here, on stand-ins without values:
 * what it does may depend on shapes, and on arguments that are no tensors, but not on values. Gradients and optimizers
 * are compiled like everything else.
 *
 * @param example - the arguments of a call; tensors in records and lists count, their values do not
 * @throws COMPILE_READ, COMPILE_OP, COMPILE_ASYNC, COMPILE_NESTED, COMPILE_ESCAPED, COMPILE_TYPE
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { compile } from '@mdpd/compile/compile';
 *
 * const loss = (x: tf.Tensor, w: tf.Tensor) => tf.mean(tf.square(tf.matMul(x, w)));
 * const step = (x: tf.Tensor, w: tf.Tensor) => tf.sub(w, tf.mul(0.1, tf.grad((v) => loss(x, v))(w)));
 *
 * const compiled = compile(step, [tf.zeros([32, 64]), tf.zeros([64, 8])]);
 * const next = await compiled.run(x, w);
 * await compiled.dispose();
 */
export function compile<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
  example: Args,
  { threads = defaultThreads(), provider = 'cpu' }: CompileOptions = {},
): CompiledFunction<Args, Result> {
  const traced = trace(fn, example);
  const graph = optimize(traced.graph);
  const form = formOf(example);
  const used = enter();
  const made = checkProvider(provider).then(
    () =>
      new GraphRunner({
        name: fn.name,
        client: used.client,
        buffers: used.buffers,
        settings: { threads, provider },
        fn: fn as (...args: readonly unknown[]) => unknown,
        args: example,
        traced,
      }),
  );
  // Whoever runs it is told; where nobody does, it is no matter.
  made.catch(() => undefined);
  const free = async (): Promise<void> => {
    const runner = await made.catch(() => undefined);
    await runner?.release();
    await leave(used);
  };
  let disposed: Promise<void> | undefined;
  return {
    run: async (...args) => {
      if (disposed) throw new MdpdError('COMPILE_DISPOSED', 'the compiled function has been disposed');
      checkForm(form, formOf(args));
      const runner = await made;
      return (await here(await runner.run(leavesOf([...args])))) as Result;
    },
    dispose: () => (disposed ??= free()),
    nodes: countOps(graph),
    toOnnx: () => toOnnx(graph),
  };
}

/** The first thing that is not as in the example. */
function checkForm(expected: ReadonlyMap<string, string>, given: ReadonlyMap<string, string>): void {
  const different = (path: string): boolean => expected.get(path) !== given.get(path);
  const path = [...expected.keys(), ...given.keys()].find(different);
  if (path === undefined) return;
  const found = given.get(path);
  throw new MdpdError('COMPILE_SHAPE', `argument ${path} is ${found ?? 'missing'}`, {
    allowed: `${expected.get(path) ?? 'nothing of this name'}, as in the example`,
    fix: 'compile the function once for each kind of call',
  });
}

/** A result with tensors on the current backend in place of those in the other thread. */
async function here(result: unknown): Promise<unknown> {
  const copies = new Map<tf.Tensor, tf.Tensor>();
  for (const { tensor } of leavesOf(result)) {
    const data = await tensor.data();
    tensor.dispose();
    copies.set(tensor, tf.tensor(data, tensor.shape, tensor.dtype));
  }
  return mapTree(result, (tensor) => copies.get(tensor));
}
