/** The passes, in the order in which they help each other. */
import type { Graph } from './graph.ts';
import { pushBroadcasts } from './passes/broadcast.ts';
import { mergeCommonSubexpressions } from './passes/common-subexpressions.ts';
import { foldConstants } from './passes/constant-folding.ts';
import { removeDeadCode } from './passes/dead-code.ts';
import { foldIntoMatMul } from './passes/fold-into-matmul.ts';
import { fuseAttention } from './passes/fuse-attention.ts';
import { fuseBias } from './passes/fuse-bias.ts';
import type { Pass } from './passes/rewrite.ts';

export const passes: Readonly<Record<string, Pass>> = {
  'dead-code': removeDeadCode,
  'constant-folding': foldConstants,
  broadcast: pushBroadcasts,
  'constant-folding, again': foldConstants,
  'common-subexpressions': mergeCommonSubexpressions,
  'fold-into-matmul': foldIntoMatMul,
  'dead-code, again': removeDeadCode,
  'fuse-attention': fuseAttention,
  'fuse-bias': fuseBias,
  'dead-code, at the end': removeDeadCode,
};

export interface OptimizeOptions {
  /** Attention as one operator; measured up to a third faster than its parts, never slower. */
  readonly attention?: boolean;
}

export const optimize = (graph: Graph, { attention = true }: OptimizeOptions = {}): Graph =>
  Object.entries(passes)
    .filter(([name]) => attention || name !== 'fuse-attention')
    .reduce((current, [, pass]) => pass(current), graph);
