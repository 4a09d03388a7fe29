/** What a finished run tells a newcomer: how good, how fast, how large, where it is, and what to do next. */
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMetric,
  formatMilliseconds,
  formatShare,
  formatSignificant,
  formatTable,
  isShare,
} from '@mdpd/report/format';
import { exampleInput } from './input-kind.ts';
import type { Result } from '@mdpd/report/result';

type Bold = (text: string) => string;

/** `run` is the folder as the user would type it. */
export function formatSummary(result: Result, run: string, bold: Bold = (text) => text): string {
  const { method, recipe, steps, seed, executor, time } = result;
  const done = `Done in ${formatDuration(time.totalSeconds)}: ${method} on ${recipe}, ${formatCount(steps)} steps, seed ${seed}, ${executor}.`;
  const smoke = result.smoke ? ['\nA smoke run: a few examples and steps. The numbers mean nothing.'] : [];
  return [bold(done), ...smoke, '', table(result), '', ...sentences(result), '', ...next(result, run)].join(
    '\n',
  );
}

function table({ metrics, inference, parameters, testExamples }: Result): string {
  const both = metrics.faded !== null && metrics.side !== null;
  const columns = [
    ...(metrics.faded
      ? [['faded model', metrics.faded, inference.fadedMs, parameters.inference] as const]
      : []),
    ...(metrics.side
      ? [
          [
            'with side network',
            metrics.side,
            inference.sideMs,
            both ? parameters.inference + parameters.side : parameters.inference,
          ] as const,
        ]
      : []),
  ];
  const names = Object.keys(columns[0]?.[1] ?? {});
  return formatTable(
    [
      [`${formatCount(testExamples)} test examples`, ...columns.map(([name]) => name)],
      ...names.map((name) => [name, ...columns.map(([, values]) => formatMetric(name, values[name] ?? 0))]),
      [
        `time for ${inference.batch} examples`,
        ...columns.map(([, , time]) => (time === null ? '' : formatMilliseconds(time))),
      ],
      ['parameters', ...columns.map(([, , , count]) => formatCount(count))],
    ],
    '  ',
  );
}

function sentences(result: Result): string[] {
  const { metrics, inference, agreement, fadeGap, parameters, memory, time } = result;
  const lines: string[] = [];
  if (fadeGap !== null) {
    lines.push('The faded model is what ships: the side network that taught it is gone.');
    const difference = gap(metrics.primary, fadeGap);
    lines.push(
      agreement === null
        ? `By ${metrics.primary}, ${difference}.`
        : `Both predict the same for ${formatShare(agreement)} of the test examples; ${difference}.`,
    );
  }
  if (inference.fadedMs !== null && inference.sideMs !== null) {
    const less = 1 - inference.fadedMs / inference.sideMs;
    lines.push(
      `The faded model is ${formatShare(Math.abs(less))} ${less >= 0 ? 'faster' : 'slower'} than with it.`,
    );
  }
  const { baseline, primary } = metrics;
  if (baseline) {
    const value = formatMetric(primary, baseline.metrics[primary] ?? 0);
    lines.push(`Without looking: ${baseline.name} gives ${value} (${primary}).`);
  }
  const trained = formatCount(parameters.trainedInBackbone);
  lines.push(
    parameters.trainedInBackbone > 0
      ? `Trained in backbone and head: ${trained} parameters.`
      : 'The backbone is as it was: only the side network was trained.',
  );
  lines.push(
    `Peak memory ${formatBytes(memory.peakRssBytes)}, ${formatSignificant(time.secondsPerStep)} s a step.`,
  );
  return lines;
}

function gap(metric: string, value: number): string {
  const size = Math.abs(value);
  const amount = isShare(metric) ? `${(100 * size).toFixed(1)} points` : size.toFixed(4);
  if (value === 0) return 'both are equally good';
  return `the faded model is ${amount} ${value > 0 ? 'below' : 'above'} its side network`;
}

function next({ metrics, input = 'image' }: Result, run: string): string[] {
  const where = metrics.faded ? `Model  ${run}/model` : `Side network  ${run}/side`;
  return [
    where,
    `Page   ${run}/report.html`,
    `Next   npx mdpd predict ${run} ${exampleInput[input]}`,
    `       npx mdpd evaluate ${run}`,
  ];
}
