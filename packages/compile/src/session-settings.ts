/** How ONNX Runtime is set up. */
import { availableParallelism } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';

export interface SessionSettings {
  readonly threads: number;
  readonly provider: string;
  /** Where the runtime writes a profile of every graph: a path's beginning. */
  readonly profile?: string;
}

export const defaultThreads = (): number => availableParallelism();

/**
 * Options of every session.
 *
 * The graph comes optimized, in its order of execution and with recomputation that must stay; the runtime's own
 * optimizer is off. Its threads spin between operators, where each is waited for in microseconds, and stop at the end
 * of a run: several sessions would otherwise take each other's cores.
 */
export function sessionOptions({
  threads,
  provider,
  profile,
}: SessionSettings): InferenceSession.SessionOptions {
  return {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'disabled',
    // Measured on steps of a ViT-S: without the arena, memory fragments and peaks 1.1 to 1.7 times as high; with memory
    // patterns a second block is reserved for the same values.
    enableCpuMemArena: true,
    enableMemPattern: false,
    // Errors come back as errors; on the terminal they would be printed twice.
    logSeverityLevel: 4,
    extra: {
      session: {
        force_spinning_stop: '1',
        set_denormal_as_zero: '1',
      },
    },
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
  };
}
