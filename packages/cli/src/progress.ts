/** What a run shows while it works: one live line on a terminal, plain lines elsewhere. */
import type { ProgressRecord, Reporter, RunRecord, StepRecord } from '@mdpd/core';
import { clipColumns, displayWidth, visible } from '@mdpd/report/display-width';
import { formatBytes, formatCount, formatDuration, formatMetric } from '@mdpd/report/format';
import { LossCurve } from './loss-curve.ts';
import type { Stream } from './output.ts';
import { terminalOf, type Environment } from './terminal.ts';

export interface ProgressOptions {
  readonly stream: Stream;
  /** Name of the metric of `StepRecord.metric`. */
  readonly metric: () => string;
  /** Milliseconds. */
  readonly now?: () => number;
  readonly environment?: Environment;
}

/** A live line is drawn at most this often, in milliseconds. */
const liveInterval = 100;
/** Without a terminal, a line at least this often, in milliseconds. */
const plainInterval = 10_000;
/** Columns of the curve of the loss; where there is no room for the smaller number, there is no curve. */
const curveColumns = { most: 12, least: 6 } as const;

export interface Progress extends Reporter {
  record(record: RunRecord): void;
  /** Prints a message above the live line. */
  say(message: string): void;
  /** Takes a step that is past, for the curve of the loss alone. */
  recall(record: StepRecord): void;
  /** Forgets the steps so far. */
  forget(): void;
  /** Shows a step at once, whenever the last one was shown. */
  show(record: StepRecord): void;
}

export function createProgress(options: ProgressOptions): Progress {
  return options.stream.isTTY ? new LiveProgress(options) : plainProgress(options);
}

/**
 * One line of a step, at most 79 characters for usual numbers.
 *
 * @param curve - of the loss
 */
export function stepLine(record: StepRecord, metric: string, curve = ''): string {
  const { step, steps, loss, time } = record;
  const accuracy =
    record.metric === undefined ? [] : [`${shortName(metric)} ${shownMetric(metric, record.metric)}`];
  return [
    `step ${step}/${steps}`,
    `loss ${loss.toPrecision(3)}${curve && ` ${curve}`}`,
    ...accuracy,
    `${formatCount(time.samplesPerSecond)}/s`,
    `${formatDuration(time.remainingSeconds)} left`,
    `peak ${formatBytes(time.peakRssBytes)}`,
  ].join('  ');
}

function shortName(metric: string): string {
  return metric === 'accuracy' ? 'acc' : metric;
}

/** metrics.jsonl has null for what is no number. */
function shownMetric(name: string, value: number | null): string {
  return value === null ? 'none' : formatMetric(name, value);
}

/** `validation faded: accuracy 83.1 % (1,000 examples)` */
export function evaluationLine(record: Extract<RunRecord, { type: 'evaluation' }>): string {
  const metrics = Object.entries(record.metrics).map(
    ([name, value]) => `${name} ${shownMetric(name, value)}`,
  );
  return `step ${record.step}  ${record.split} ${record.path}: ${metrics.join(', ')} (${formatCount(record.examples)} examples)`;
}

function progressLine({ what, done, total }: ProgressRecord): string {
  return `${what} ${formatCount(done)}/${formatCount(total)}`;
}

function oneLine(text: string): string {
  return visible(text).replace(/\s/g, ' ');
}

/** What is said of a record that is no step; of layers nothing is. */
function sentence(record: Exclude<RunRecord, StepRecord>): string | undefined {
  if (record.type === 'layers') return undefined;
  return record.type === 'note' ? record.message : evaluationLine(record);
}

/** A line that is drawn again and again in one place. */
class LiveProgress implements Progress {
  readonly name = 'progress';
  private readonly options: ProgressOptions;
  private readonly now: () => number;
  private readonly curve = new LossCurve();
  private drawnAt = -Infinity;
  /** Columns that the line that stands there may have. */
  private width = 0;

  constructor(options: ProgressOptions) {
    this.options = options;
    this.now = options.now ?? Date.now;
  }

  record(record: RunRecord): void {
    if (record.type === 'step') {
      this.recall(record);
      this.drawStep(record, record.step === record.steps);
    } else {
      const said = sentence(record);
      if (said !== undefined) this.say(said);
    }
  }

  progress(record: ProgressRecord): void {
    this.draw(record.done === record.total, () => oneLine(progressLine(record)));
  }

  say(message: string): void {
    this.close();
    this.options.stream.write(`${visible(message)}\n`);
    this.drawnAt = -Infinity;
  }

  recall({ loss }: StepRecord): void {
    this.curve.add(loss);
  }

  forget(): void {
    this.curve.clear();
  }

  show(record: StepRecord): void {
    this.drawStep(record, true);
  }

  close(): void {
    const over = this.terminal().erases ? '\r\u001b[K' : `\r${' '.repeat(this.width)}\r`;
    this.width = 0;
    this.options.stream.write(over);
  }

  private terminal(): ReturnType<typeof terminalOf> {
    return terminalOf(this.options.stream, this.options.environment);
  }

  private drawStep(record: StepRecord, always: boolean): void {
    this.draw(always, (room) => this.fittingLine(record, room));
  }

  /** With as much of the curve as there is room for. */
  private fittingLine(record: StepRecord, room: number): string {
    const { unicode, styled } = this.terminal();
    const metric = this.options.metric();
    const bare = oneLine(stepLine(record, metric));
    const columns = Math.min(curveColumns.most, room - displayWidth(bare) - 1);
    const curve = columns < curveColumns.least ? '' : this.curve.line(columns, unicode);
    if (curve === '') return bare;
    const line = oneLine(stepLine(record, metric, curve));
    return styled ? line.replace(curve, `\u001b[36m${curve}\u001b[39m`) : line;
  }

  /** @param line - what is drawn, for some columns: one line, without anything of a stranger's that is no letter */
  private draw(always: boolean, line: (room: number) => string): void {
    if (!always && this.now() - this.drawnAt < liveInterval) return;
    this.drawnAt = this.now();
    const room = Math.max(0, (this.options.stream.columns || 80) - 1);
    const { unicode } = this.terminal();
    const text = line(room);
    this.close();
    // The one with a colour, which only we put there, fits.
    const shown = text.includes('\u001b') ? text : clipColumns(text, room, unicode ? '…' : '...');
    this.width = room;
    this.options.stream.write(shown);
  }
}

/** Lines for logs: the first and last step, then one every ten seconds. */
function plainProgress({ stream, metric, now = Date.now }: ProgressOptions): Progress {
  let printed = now();
  const say = (message: string): void => void stream.write(`${visible(message)}\n`);
  const print = (line: string, always: boolean): void => {
    if (!always && now() - printed < plainInterval) return;
    printed = now();
    say(line);
  };
  return {
    name: 'progress',
    say,
    recall: () => {},
    forget: () => {},
    show: (record) => print(stepLine(record, metric()), true),
    record: (record) => {
      if (record.type === 'step')
        return print(stepLine(record, metric()), record.step === 1 || record.step === record.steps);
      const said = sentence(record);
      if (said !== undefined) say(said);
    },
    progress: (record) => {
      if (now() - printed >= plainInterval) print(progressLine(record), false);
    },
  };
}
