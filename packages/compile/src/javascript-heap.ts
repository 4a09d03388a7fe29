/** Keeps JavaScript's own memory small beside that of the tensors. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Runs the garbage collector, some tens of milliseconds. Tracing leaves tens of megabytes of small objects behind, which
 * V8 would keep throughout the first run of the graph, when memory is at its peak. Twice: the first time pages are marked
 * as free, the second time they are given back, 40 MB of them after a step of ViLT was traced.
 */
export function collectGarbage(): void {
  collect ??= exposed();
  collect();
  collect();
}

function exposed(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/**
 * Stops V8's young generation from growing, which it does to 32 MB and never gives back: it would hold them throughout
 * training, where next to no objects are made. V8 undoes it whenever a thread
 * starts: it raises the factor to 2 for the new heap, and there is one factor for all.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
