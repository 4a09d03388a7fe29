/** The passes, in the order in which they help each other. */
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

export const optimize: Pass = (graph) =>
  Object.values(passes).reduce((current, pass) => pass(current), graph);
