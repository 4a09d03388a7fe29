/** What a run shows while it works: one live line on a terminal, plain lines elsewhere. */
import type { ProgressRecord, Reporter, RunRecord, StepRecord } from '@mdpd/core';
import { clip, formatBytes, formatCount, formatDuration, formatMetric } from '@mdpd/report/format';
import type { Stream } from './output.ts';

export interface ProgressOptions {
  readonly stream: Stream;
  /** Name of the metric of `StepRecord.metric`. */
  readonly metric: () => string;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** A live line is drawn at most this often, in milliseconds. */
const liveInterval = 100;
/** Without a terminal, a line at least this often, in milliseconds. */
const plainInterval = 10_000;

export interface Progress extends Reporter {
  /** Prints a message above the live line. */
  say(message: string): void;
}

export function createProgress(options: ProgressOptions): Progress {
  return options.stream.isTTY ? liveProgress(options) : plainProgress(options);
}

/** One line of a step, at most 79 characters for usual numbers. */
export function stepLine(record: StepRecord, metric: string): string {
  const { step, steps, loss, time } = record;
  const accuracy =
    record.metric === undefined ? [] : [`${shortName(metric)} ${formatMetric(metric, record.metric)}`];
  return [
    `step ${step}/${steps}`,
    `loss ${loss.toPrecision(3)}`,
    ...accuracy,
    `${formatCount(time.samplesPerSecond)}/s`,
    `${formatDuration(time.remainingSeconds)} left`,
    `peak ${formatBytes(time.peakRssBytes)}`,
  ].join('  ');
}

function shortName(metric: string): string {
  return metric === 'accuracy' ? 'acc' : metric;
}

/** `validation faded: accuracy 83.1 % (1,000 examples)` */
function evaluationLine(record: Extract<RunRecord, { type: 'evaluation' }>): string {
  const metrics = Object.entries(record.metrics).map(
    ([name, value]) => `${name} ${formatMetric(name, value)}`,
  );
  return `step ${record.step}  ${record.split} ${record.path}: ${metrics.join(', ')} (${formatCount(record.examples)} examples)`;
}

function progressLine({ what, done, total }: ProgressRecord): string {
  return `${what} ${formatCount(done)}/${formatCount(total)}`;
}

/** A line that is drawn again and again in one place. */
function liveProgress({ stream, metric, now = Date.now }: ProgressOptions): Progress {
  let drawn = -Infinity;
  const clear = (): void => void stream.write('\r\u001b[K');
  const draw = (line: string, always: boolean): void => {
    if (!always && now() - drawn < liveInterval) return;
    drawn = now();
    clear();
    stream.write(clip(line, (stream.columns ?? 80) - 1));
  };
  const say = (message: string): void => {
    clear();
    stream.write(`${message}\n`);
    drawn = -Infinity;
  };
  return {
    name: 'progress',
    say,
    record: (record) => {
      if (record.type === 'step') draw(stepLine(record, metric()), record.step === record.steps);
      else if (record.type !== 'layers')
        say(record.type === 'note' ? record.message : evaluationLine(record));
    },
    progress: (record) => draw(progressLine(record), record.done === record.total),
    close: clear,
  };
}

/** Lines for logs: the first and last step, then one every ten seconds. */
function plainProgress({ stream, metric, now = Date.now }: ProgressOptions): Progress {
  let printed = now();
  const say = (message: string): void => void stream.write(`${message}\n`);
  const print = (line: string, always: boolean): void => {
    if (!always && now() - printed < plainInterval) return;
    printed = now();
    say(line);
  };
  return {
    name: 'progress',
    say,
    record: (record) => {
      if (record.type === 'step')
        print(stepLine(record, metric()), record.step === 1 || record.step === record.steps);
      else if (record.type !== 'layers')
        say(record.type === 'note' ? record.message : evaluationLine(record));
    },
    progress: (record) => {
      if (now() - printed >= plainInterval) print(progressLine(record), false);
    },
  };
}
