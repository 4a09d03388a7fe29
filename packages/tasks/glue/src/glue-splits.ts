/** Opens the examples of a task's splits as the protocol cuts them. */
import type { SplitName } from '@mdpd/core';
import { planGlue, type GluePlan, type Portion } from './glue-protocol.ts';
import { compareSize, labelledRows, unlabelledRows, type RowContext } from './glue-rows.ts';
import { glueTables, type GlueContext, type GlueTables } from './glue-tables.ts';
import { glueSplit, type GlueTask } from './glue-tasks.ts';
import { joinExamples, limitExamples, selectExamples, type TextExamples } from './text-examples.ts';

export interface GlueSplits {
  readonly plan: GluePlan;
  readonly names: readonly SplitName[];
  /** Examples of a split, with labels. */
  open(name: SplitName): Promise<TextExamples>;
  /** Examples of a split of the benchmark without public labels; undefined where there is no file. */
  unlabelled(split: string): Promise<TextExamples | undefined>;
}

/** The smaller of the recipe's limit and that of a smoke run. */
export function limitOf(
  { data, limit }: { readonly data: Pick<GlueContext['data'], 'limit'>; readonly limit?: number },
  name: SplitName,
): number | undefined {
  const { limit: own } = data;
  const ofRecipe = typeof own === 'object' ? (own as Partial<Record<SplitName, number>>)[name] : own;
  const limits = [ofRecipe, limit].filter((each) => each !== undefined);
  return limits.length > 0 ? Math.min(...limits) : undefined;
}

/** The protocol's plan, without mismatched examples where the recipe names files and none for them. */
function planOf({ data }: GlueContext, task: GlueTask, tables: GlueTables): GluePlan {
  const plan = planGlue(task, data.protocol, data.splitSeed);
  const there = ({ split, mismatched }: Portion): boolean =>
    !mismatched || tables.has(glueSplit(task, split));
  return { ...plan, test: plan.test?.filter(there) };
}

/** The splits that a recipe names. Nothing is read yet. `classes` are the task's, in the order of the outputs. */
export function openGlueSplits(context: GlueContext, task: GlueTask, classes: readonly string[]): GlueSplits {
  const tables = glueTables(context, task);
  const plan = planOf(context, task, tables);
  const rowContext = (split: string): RowContext => ({
    task,
    split: glueSplit(task, split),
    labels: classes,
    warn: context.warn,
  });
  // Two halves are cut from one file: it is read once.
  const read = new Map<string, Promise<TextExamples>>();
  const readWhole = async (split: string): Promise<TextExamples> => {
    const rows = rowContext(split);
    const examples = labelledRows(await tables.open(rows.split), rows);
    compareSize(examples, rows);
    return examples;
  };
  const readPortion = async ({ split, select, mismatched }: Portion): Promise<TextExamples> => {
    if (!read.has(split)) read.set(split, readWhole(split));
    const whole = await read.get(split)!;
    const chosen = select ? selectExamples(whole, select(whole.size)) : whole;
    return mismatched ? { ...chosen, apart: () => true } : chosen;
  };
  return {
    plan,
    names: (['train', 'validation', 'test'] as const).filter((name) => plan[name] !== undefined),
    async open(name) {
      const parts: TextExamples[] = [];
      for (const portion of plan[name] ?? []) parts.push(await readPortion(portion));
      return limitExamples(joinExamples(parts), limitOf(context, name));
    },
    async unlabelled(split) {
      const rows = rowContext(split);
      const table = await tables.find(rows.split);
      return table && unlabelledRows(table, rows);
    },
  };
}
