/** Whether `evaluate` still gives what result.json says. */
import type { MdpdError } from '@mdpd/core';
import { cpuName } from './environment.ts';
import type { TargetEvaluation } from './evaluate-target.ts';
import { formatCount, formatMetric, isShare } from '@mdpd/report/format';
import type { Result } from '@mdpd/report/result';
import { availableParallelism } from 'node:os';
import { checkOf, leftOut, problem, type Check } from './verify-check.ts';

/**
 * Largest differences elsewhere than on the machine and executor that trained: float32 sums in another order tip examples
 * near a boundary. Of shares absolute, of other metrics relative to 1 or the metric, whichever is larger.
 */
export const elsewhere = { share: 0.005, other: 0.01 } as const;

/** Standard errors that the main metric of a part of the examples may be away. */
const deviations = 4;

type Recorded = Pick<Result, 'metrics' | 'testExamples' | 'executor' | 'environment'>;

/** Why the metric need not be the same to the last bit; undefined: it must be. */
export function whyInexact(result: Recorded, executor: string): string | undefined {
  const { environment } = result;
  if (executor !== result.executor) return `on ${executor} instead of ${result.executor}`;
  if (environment.platform !== `${process.platform} ${process.arch}`) return `on another platform`;
  if (environment.cpu !== cpuName()) return 'on another processor';
  if (environment.threads !== availableParallelism()) return 'with another number of threads';
  return undefined;
}

/** Compares an evaluation on the test split with what was recorded of the same path. */
export function verifyMetric(evaluation: TargetEvaluation, result: Recorded): Check[] {
  const recorded = result.metrics[evaluation.path];
  if (!recorded) return [leftOut('metric', `result.json has no metric of the ${evaluation.path} model`)];
  if (evaluation.examples < result.testExamples) return [verifyPart(evaluation, result, recorded)];
  const inexact = whyInexact(result, evaluation.executor);
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(evaluation.metrics)])];
  const problems = names.flatMap((name) => {
    const [before, now] = [recorded[name], evaluation.metrics[name]];
    if (before !== undefined && now !== undefined && isNear(name, before, now, inexact !== undefined))
      return [];
    return [differs(name, before, now)];
  });
  const same = names.every((name) => Object.is(recorded[name], evaluation.metrics[name]));
  const exactly = same ? 'exactly' : `within ${toleranceText} (${inexact})`;
  const { primary } = evaluation;
  const value = formatMetric(primary, evaluation.metrics[primary]!);
  return checkOf(
    'metric',
    problems,
    `${primary} ${value} on ${formatCount(evaluation.examples)} test examples: ${exactly} what result.json says`,
  );
}

const toleranceText = `${elsewhere.share} of shares, ${100 * elsewhere.other} % of others`;

function isNear(name: string, before: number, now: number, inexact: boolean): boolean {
  if (Object.is(before, now)) return true;
  if (!inexact) return false;
  const room = isShare(name) ? elsewhere.share : elsewhere.other * Math.max(1, Math.abs(before));
  return Math.abs(before - now) <= room;
}

function differs(name: string, before: number | undefined, now: number | undefined): MdpdError {
  const shown = (value: number | undefined): string => (value === undefined ? 'nothing' : String(value));
  return problem(
    'VERIFY_METRIC',
    `evaluate gives ${name} ${shown(now)}, result.json says ${shown(before)}`,
    'check that model, data and recipe are those of the run; train it again where they are not',
    `metrics.${name}`,
  );
}

/** With `--limit`: a share of N examples lies around the recorded one, the nearer the more there are. */
function verifyPart(
  { metrics, primary, examples }: TargetEvaluation,
  { testExamples }: Recorded,
  recorded: Readonly<Record<string, number>>,
): Check {
  const [before, now] = [recorded[primary]!, metrics[primary]!];
  const part = `${formatCount(examples)} of ${formatCount(testExamples)} test examples`;
  const values = `${primary} ${formatMetric(primary, now)} on ${part}, ${formatMetric(primary, before)} on all`;
  if (!isShare(primary)) return leftOut('metric', `${values}: compared only with all of them`);
  const room = (deviations * Math.sqrt(before * (1 - before) * examples) + 1) / examples;
  const problems = Math.abs(before - now) <= room ? [] : [differs(primary, before, now)];
  return checkOf('metric', problems, `${values}: as far apart as chance allows`)[0]!;
}
