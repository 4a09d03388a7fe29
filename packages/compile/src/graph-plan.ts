/** A function as a graph that is ready to run: traced, optimized, put in order, and what a run will need. */
import type { PrepareOptions } from '@mdpd/core';
import { arenaBytes } from './arena.ts';
import { indexGraph, type Graph, type Port } from './graph.ts';
import { inPlacePairs } from './in-place.ts';
import { optimize } from './optimize.ts';
import { schedule, type Schedule } from './schedule.ts';
import { unreadable } from './session-client.ts';
import type { SessionSettings } from './session-settings.ts';
import { toOnnx } from './to-onnx.ts';
import { inputName, outputName, trace, type Traced } from './trace.ts';
import type { Stored } from './trace-backend.ts';

/** What is left of a graph when its session has been made: the nodes are many, and of no more use. */
export interface GraphPlan {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Outputs that are inputs as they came, with those. */
  readonly unchanged: ReadonlyMap<string, Port>;
  /** Inputs whose memory outputs take over, by output. */
  readonly replaced: ReadonlyMap<string, string>;
  readonly captured: ReadonlyMap<string, Stored>;
  readonly result: Traced['result'];
  /** None where nothing has to run: what hands on its inputs. */
  readonly model: Uint8Array | undefined;
  /** Bytes that the runtime's arena will take for a run, and keep until the session is closed. */
  readonly arenaBytes: number;
  readonly nodes: number;
}

export interface PlanJob {
  readonly settings: Pick<SessionSettings, 'provider'>;
  readonly fn: (...args: readonly unknown[]) => unknown;
  readonly args: readonly unknown[];
  readonly donate?: PrepareOptions['donate'];
  /** `fn` on `args`, where that has been traced already. */
  readonly traced?: Traced;
}

/** A traced function in the form in which it runs. */
export interface ScheduledStep {
  readonly traced: Traced;
  /** Nodes in the order in which they are executed; without inputs that nothing reads and outputs that are inputs. */
  readonly graph: Graph;
  readonly file: Schedule['file'];
  readonly unchanged: GraphPlan['unchanged'];
  readonly replaced: GraphPlan['replaced'];
}

/** Throws what `trace` throws. */
export function scheduleStep({ fn, args, donate, settings, ...job }: PlanJob): ScheduledStep {
  const traced = job.traced ?? trace(fn, args);
  const optimized = optimize(traced.graph);
  const unchanged = unchangedInputs(optimized);
  const { graph, file } = schedule(
    withoutUnusedInputs({
      ...optimized,
      outputs: optimized.outputs.filter(({ name }) => !unchanged.has(name)),
    }),
  );
  const pairs = donate ? donatedPairs(graph, donate) : new Map<string, string>();
  const safe = inPlacePairs(graph, pairs, settings.provider === 'cpu');
  const replaced = new Map([...pairs].filter(([output]) => safe.has(output)));
  return { traced, graph, file, unchanged, replaced };
}

export function planGraph(job: PlanJob): GraphPlan {
  const { traced, graph, file, unchanged, replaced } = scheduleStep(job);
  const { inputs, outputs } = graph;
  return {
    inputs,
    outputs,
    unchanged,
    replaced,
    captured: new Map(traced.captures.map((stored, index) => [`captured.${index}`, stored])),
    result: traced.result,
    model: outputs.length > 0 ? toOnnx(graph, { file, hideShapes: true, unreadable }) : undefined,
    arenaBytes: arenaBytes(graph),
    nodes: graph.nodes.length,
  };
}

function unchangedInputs({ inputs, outputs }: Graph): Map<string, Port> {
  const byValue = new Map(inputs.map((port) => [port.value, port]));
  return new Map(
    outputs.flatMap(({ name, value }) => {
      const input = byValue.get(value);
      return input ? [[name, input] as const] : [];
    }),
  );
}

function withoutUnusedInputs(graph: Graph): Graph {
  const index = indexGraph(graph);
  const inputs = graph.inputs.filter(
    ({ value }) => index.consumers(value).length > 0 || index.isOutput(value),
  );
  return { ...graph, inputs };
}

/** Output `out.<result>.<path>` and input `in.<argument>.<path>`, by output. */
function donatedPairs(
  graph: Graph,
  { argument, result }: NonNullable<PrepareOptions['donate']>,
): Map<string, string> {
  const prefix = outputName(`${result}.`);
  return new Map(
    graph.outputs
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name }) => [name, inputName(`${argument}.${name.slice(prefix.length)}`)]),
  );
}
