/** What TensorBoard is shown of a line of metrics.jsonl: one event a line. */
import type { EvaluationRecord, LayersRecord, RunRecord, StepRecord } from '@mdpd/core';
import type { ScalarValue, SummaryValue } from './event.ts';
import { literal } from './markdown.ts';

/** The values of a record, those that are numbers; none where it has none. */
export function recordValues(record: RunRecord): SummaryValue[] {
  switch (record.type) {
    case 'step':
      return stepValues(record);
    case 'evaluation':
      return evaluationValues(record);
    case 'layers':
      return layerValues(record);
    case 'note':
      return [{ kind: 'text', tag: 'notes', markdown: literal(record.message) }];
  }
}

/** Scalars of everything that is a finite number; lines of metrics.jsonl have null for what is none. */
export function scalars(
  values: Iterable<readonly [tag: string, value: number | null | undefined]>,
): ScalarValue[] {
  return [...values].flatMap(([tag, value]): ScalarValue[] =>
    typeof value === 'number' && Number.isFinite(value) ? [{ kind: 'scalar', tag, value }] : [],
  );
}

/** Entries with a prefix before their names. */
function under<T>(prefix: string, values: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]);
}

function stepValues({ loss, metric, epoch, parts, learningRate, time }: StepRecord): ScalarValue[] {
  return scalars([
    ['train/loss', loss],
    ['train/metric', metric],
    ['train/epoch', epoch],
    ...under('parts', parts),
    ...under('learningRate', learningRate),
    ['memory/rssBytes', time.rssBytes],
    ['memory/peakRssBytes', time.peakRssBytes],
    ['time/samplesPerSecond', time.samplesPerSecond],
    ['time/secondsPerStep', time.seconds],
  ]);
}

/** `test/accuracy/faded`: the charts of both paths stand beside each other. */
function evaluationValues({ split, path, metrics, time }: EvaluationRecord): ScalarValue[] {
  return scalars([
    ...Object.entries(metrics).map(([name, value]): [string, number] => [`${split}/${name}/${path}`, value]),
    [`time/${split}Seconds/${path}`, time.seconds],
  ]);
}

/** `layers/gate/image/03`: numbers of one width, so that they stand in order. */
function layerValues({ layers, boundary = {} }: LayersRecord): ScalarValue[] {
  const all = under('layers', layers).flatMap(([name, streams]) =>
    under(name, streams).flatMap(([stream, values]) => {
      const digits = Math.max(2, String(values.length - 1).length);
      return values.map((value, at): [string, number | null] => [
        `${stream}/${String(at).padStart(digits, '0')}`,
        value,
      ]);
    }),
  );
  return scalars([...all, ...under('layers/boundary', boundary)]);
}
