/** How large the model is, what training changed, what it needed; and the metrics of both models in full. */
import { tableOf } from '../chart/figure.ts';
import {
  clip,
  formatBytes,
  formatCount,
  formatMilliseconds,
  formatShare,
  formatSignificant,
} from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { Section } from '../page.ts';
import type { Result } from '../result.ts';
import { shownMetric } from '../units.ts';

/** Metrics of a task, at most: some have one for every class. */
const mostMetrics = 60;

/** Absent until the run has a result. */
export function sizeSection(result: Result | undefined): Section | undefined {
  if (result === undefined) return undefined;
  const body = html`<div class="columns">
    <div>
      <h3>Metrics on the test split</h3>
      ${metricsTable(result)}
    </div>
    <div>
      <h3>Parameters</h3>
      ${parametersTable(result)}
    </div>
    <div>
      <h3>Memory and time</h3>
      ${costTable(result)}
    </div>
  </div>`;
  return { id: 'numbers', title: 'Numbers', body };
}

function metricsTable({ metrics, inference, testExamples }: Result): Markup {
  const columns = [
    ['faded model', metrics.faded],
    ['side network', metrics.side],
    [metrics.baseline?.name ?? '', metrics.baseline?.metrics],
  ].filter(
    (column): column is [string, Record<string, number>] =>
      typeof column[1] === 'object' && column[1] !== null,
  );
  const names = [...new Set([metrics.primary, ...columns.flatMap(([, values]) => Object.keys(values))])];
  const cell = (name: string, values: Record<string, number>): string =>
    typeof values[name] === 'number' ? shownMetric(name, values[name], testExamples) : '';
  const time = (ms: number | null): string => (ms === null ? '' : formatMilliseconds(ms));
  return tableOf(
    {
      head: ['metric', ...columns.map(([name]) => clip(name, 80))],
      rows: [
        ...names
          .slice(0, mostMetrics)
          .map((name) => [clip(name, 80), ...columns.map(([, values]) => cell(name, values))]),
        [
          `time for ${inference.batch} examples`,
          ...columns.map(([name]) =>
            name === 'faded model'
              ? time(inference.fadedMs)
              : name === 'side network'
                ? time(inference.sideMs)
                : '',
          ),
        ],
      ],
      note:
        names.length > mostMetrics
          ? `${names.length - mostMetrics} further metrics: result.json.`
          : undefined,
    },
    'metrics',
  );
}

function parametersTable({ parameters }: Result): Markup {
  const { backbone, trainedInBackbone, side, inference } = parameters;
  const share = (count: number): string => (backbone > 0 ? formatShare(count / backbone, 2) : '');
  const rows: [string, number][] = [
    ['backbone, without head', backbone],
    ['trained in backbone and head', trainedInBackbone],
    ['side network, couplers, generators', side],
    ['run at inference', inference],
  ];
  return tableOf(
    {
      head: ['which', 'parameters', 'of the backbone'],
      rows: rows.map(([name, count]) => [name, formatCount(count), share(count)]),
    },
    'parameters',
  );
}

function costTable({ memory, time, steps }: Result): Markup {
  const { plannedBytes, peakRssBytes } = memory;
  return tableOf(
    {
      head: ['what', 'value'],
      rows: [
        ['peak memory of the process', formatBytes(peakRssBytes)],
        ...(plannedBytes === null ? [] : [['memory of tensors, as planned', formatBytes(plannedBytes)]]),
        ['steps', formatCount(steps)],
        ['seconds a step', formatSignificant(time.secondsPerStep)],
        ['examples a second', formatCount(time.samplesPerSecond)],
      ],
    },
    'memory and time',
  );
}
