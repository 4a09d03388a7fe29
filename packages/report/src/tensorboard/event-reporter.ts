/**
 * The reporter that writes a run's event file for TensorBoard. The file is a view of metrics.jsonl: a run that goes on
 * makes it anew from the lines that were kept, and appends to it.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Recipe, Reporter, RunRecord } from '@mdpd/core';
import { RecordLines } from '../record-lines.ts';
import { resultSchema } from '../result.ts';
import { shownExamplesSchema } from '../shown-examples.ts';
import { EventFile } from './event-file.ts';
import { summaryEvent, versionEvent, type SummaryValue } from './event.ts';
import { exampleValues, resultValues, type ToPng } from './final-values.ts';
import { hyperParameters, sessionEnd, sessionStart } from './hparams.ts';
import { literal } from './markdown.ts';
import { recordValues } from './record-values.ts';
import { readTimes, WallTimes } from './wall-times.ts';

/** The run that is shown, and where its files are. */
export interface EventReporterOptions {
  /** The event file; what is in it is replaced. */
  readonly file: string;
  /** metrics.jsonl, cut off to what is kept. */
  readonly metrics: string;
  /** result.json: of a run that is finished when the reporter is closed. */
  readonly result: string;
  /** examples.json, likewise. */
  readonly examples: string;
  readonly recipe: Recipe;
  /** recipe.yaml. */
  readonly recipeText: string;
  readonly toPng: ToPng;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Events before those of the records: the version, then the recipe with its hyper-parameters. */
const prelude = 2;

/** All of its hooks throw what goes wrong: it is for the caller to leave it out then. */
export class EventReporter implements Reporter {
  readonly name = 'tensorboard';
  private readonly options: EventReporterOptions;
  private readonly now: () => number;
  private readonly file: EventFile;
  private readonly goesOn: boolean;
  private step = 0;

  /** @throws what the system throws, and RECORDS_INVALID */
  constructor(options: EventReporterOptions) {
    this.options = options;
    this.now = options.now ?? Date.now;
    const times = readTimes(options.file);
    const walls = new WallTimes(times, prelude, options.metrics, this.now() / 1000);
    this.file = new EventFile(options.file, this.now);
    try {
      this.begin(walls.began);
      this.goesOn = this.readBack(walls);
      this.file.flush();
    } catch (thrown) {
      this.file.close();
      throw thrown;
    }
  }

  record(record: RunRecord): void {
    // As metrics.jsonl: what is said before the first step was said when the run began.
    if (this.goesOn && record.step === 0) return;
    this.add(record, this.now() / 1000);
    if (record.type === 'evaluation') this.file.flush();
  }

  /** Nothing of it is shown, but time passes. */
  progress(): void {
    this.file.flushWhenDue();
  }

  async close(): Promise<void> {
    try {
      await this.end();
    } finally {
      this.file.close();
    }
  }

  private begin(began: number): void {
    const { recipe, recipeText } = this.options;
    this.file.add(versionEvent(began));
    this.write(
      [
        { kind: 'text', tag: 'recipe', markdown: literal(recipeText) },
        sessionStart(hyperParameters(recipe), began),
      ],
      began,
      0,
    );
  }

  /** Returns whether there was anything. */
  private readBack(walls: WallTimes): boolean {
    let count = 0;
    for (const record of new RecordLines(this.options.metrics).rest())
      this.add(record, walls.of(record, count++));
    return count > 0;
  }

  /** One event, also where a record has nothing to show: so the times of old events belong to the same records. */
  private add(record: RunRecord, wallTime: number): void {
    this.step = Math.max(this.step, record.step);
    this.write(recordValues(record), wallTime, record.step);
  }

  private write(values: readonly SummaryValue[], wallTime: number, step: number): void {
    this.file.add(summaryEvent({ wallTime, step }, values));
  }

  private async end(): Promise<void> {
    const { result, examples, toPng } = this.options;
    const seconds = this.now() / 1000;
    const finished = existsSync(result);
    if (finished) {
      this.write(resultValues(resultSchema.parse(readJson(result))), seconds, this.step);
      if (existsSync(examples)) {
        const values = await exampleValues(shownExamplesSchema.parse(readJson(examples)), toPng);
        for (const value of values) this.write([value], seconds, this.step);
      }
    }
    this.write([sessionEnd(finished ? 'success' : 'failure', seconds)], seconds, this.step);
  }
}

/** Of a file that this run wrote. */
function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
