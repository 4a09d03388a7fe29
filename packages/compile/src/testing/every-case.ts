/** All cases that are compared with the cpu backend. */
import type { Case } from './differential.ts';
import * as elementwise from './elementwise-cases.ts';
import { linearAlgebraCases } from './linear-algebra-cases.ts';
import { reduceCases } from './reduce-cases.ts';
import { shapeCases } from './shape-cases.ts';
import { tensorCases } from './tensor-cases.ts';

export const everyCase: readonly Case[] = [
  ...elementwise.unaryCases,
  ...elementwise.binaryCases,
  ...elementwise.integerCases,
  ...elementwise.selectionCases,
  ...[shapeCases, reduceCases, linearAlgebraCases, tensorCases].flatMap((families) =>
    Object.values(families).flat(),
  ),
];
