/** report.html of a run while it works: written at evaluations, and when it ends. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { messageOf, type Recipe, type Reporter, type RunRecord } from '@mdpd/core';
import { reportPage } from '@mdpd/report/report-page';
import type { Result } from '@mdpd/report/result';
import type { RunView } from '@mdpd/report/run-view';
import { writeWhole } from './files.ts';
import { MetricsHistory } from './metrics-history.ts';
import { toJson } from './output.ts';
import { commandOf, readExamples, readRunView } from './read-run-view.ts';
import { isRunFolder, runFiles, type RunFolder } from './run-folder.ts';

/** What of the run's time its page may cost while it works; the last one is always written. */
const largestShare = 0.01;

/** What is known of a run before its first step. */
export type RunHead = Pick<RunView, 'name' | 'recipe' | 'recipeText' | 'command'>;

/** What there is once it has ended. */
export type RunEnd = Pick<RunView, 'result' | 'failure' | 'examples'>;

/** A reporter that throws is told of and dropped; the run goes on. */
export class ReportFile implements Reporter {
  readonly name = 'report.html';
  private readonly file: string;
  private readonly head: RunHead;
  private readonly metrics: MetricsHistory;
  private begun = false;
  /** `performance.now()` before which no page is due. */
  private due = 0;

  /** @param metrics - metrics.jsonl, which has every record before this is told of it, also those of earlier processes */
  constructor(file: string, metrics: string, head: RunHead) {
    this.file = file;
    this.metrics = new MetricsHistory(metrics);
    this.head = head;
  }

  record(record: RunRecord): void {
    const begins = record.type === 'step' && !this.begun;
    this.begun ||= begins;
    if (begins || (record.type === 'evaluation' && performance.now() >= this.due)) this.write({});
  }

  /** Writes the page, whole or not at all. Throws DISK_FULL or WRITE_FAILED. */
  write(end: RunEnd): void {
    const began = performance.now();
    writeWhole(this.file, reportPage({ ...this.head, ...this.metrics.read(), ...end }));
    const now = performance.now();
    this.due = now + (now - began) / largestShare;
  }
}

/** The page of a run that is about to train. */
export function pageOf({
  run,
  recipe,
  recipeText,
}: {
  run: RunFolder;
  recipe: Recipe;
  recipeText: string;
}): ReportFile {
  const command = commandOf(recipeText);
  return new ReportFile(run.file('report'), run.file('metrics'), {
    name: run.name,
    recipe,
    recipeText,
    command,
  });
}

/** The last page of a run, with its result. What goes wrong with it is a warning: the run's figures do not depend on it. */
export function finishPage(
  page: ReportFile,
  { run, reporters }: { run: RunFolder; reporters: readonly Reporter[] },
  result: Result,
): void {
  try {
    const examples = run.file('examples');
    page.write({ result, examples: existsSync(examples) ? readExamples(examples) : undefined });
  } catch (thrown) {
    const message = `warning: ${page.name} is left out: ${messageOf(thrown)}`;
    const record = { type: 'note', step: result.steps, message } as const;
    reporters.forEach((reporter) => reporter.record?.(record));
  }
}

/** Writes the page of a run that failed, with why, where the run is there still; what goes wrong then is no news beside that. */
export function writeFailedPage(folder: string, name: string): void {
  if (!isRunFolder(folder)) return;
  try {
    writeWhole(path.join(folder, runFiles.report), reportPage(readRunView(folder, name)));
  } catch {
    // A full disk has no room for it either.
  }
}

/** What a command says of a page that it wrote. */
export function writtenPage(file: string, page: string, json: boolean): string {
  const bytes = Buffer.byteLength(page);
  return json ? toJson({ file, bytes }) : `Page   ${file} (${Math.ceil(bytes / 1000)} kB)`;
}
