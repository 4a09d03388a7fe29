/** Which nodes ONNX Runtime executes, in which order: from its own profile. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import type { Graph, Node } from '../graph.ts';
import { schedule } from '../schedule.ts';
import { sessionOptions } from '../session-settings.ts';
import { toOnnxModel, toOnnx } from '../to-onnx.ts';
import { feedsFor } from './run-graph.ts';

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
}

export interface Execution {
  /** The scheduled graph: its nodes are in the order that we expect. */
  readonly graph: Graph;
  /** Nodes as they ran. */
  readonly executed: readonly Node[];
}

/** Runs a graph as executors do, once, with a profile. */
export async function execute(graph: Graph): Promise<Execution> {
  const { graph: ordered, file } = schedule(graph);
  return { graph: ordered, executed: await executeFile(ordered, file) };
}

/** Nodes in the order in which ONNX Runtime runs a file that holds them in the order `file`. */
export async function executeFile(graph: Graph, file: readonly Node[]): Promise<Node[]> {
  const folder = await mkdtemp(join(tmpdir(), 'mdpd-profile-'));
  try {
    const options = { file, hideShapes: true };
    const session = await ort.InferenceSession.create(
      toOnnx(graph, options),
      sessionOptions({ threads: 1, provider: 'cpu', profile: join(folder, 'profile') }),
    );
    const tensors = Object.entries(feedsFor(graph)).map(([name, { data, shape, dtype }]) => [
      name,
      new ort.Tensor(dtype, data as never, shape),
    ]);
    await session.run(Object.fromEntries(tensors) as Record<string, ort.Tensor>);
    session.endProfiling();
    await session.release();
    const names = toOnnxModel(graph, options).graph!.node.map(({ name }) => name);
    const byName = new Map(names.map((name, index) => [name, file[index]!]));
    const [profile] = await readdir(folder);
    const events = JSON.parse(await readFile(join(folder, profile!), 'utf8')) as ProfileEvent[];
    return events
      .filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'))
      .sort((a, b) => a.ts - b.ts)
      .map(({ name }) => byName.get(name.slice(0, -'_kernel_time'.length))!);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
