/** The process that measures: reads a request from standard input, prints the answer as one line of JSON. */
import { text } from 'node:stream/consumers';
import { formatError, MdpdError, messageOf } from '@mdpd/core/errors';
import type { EngineName, EngineStatus, Job } from './job.ts';
import { measureRow, startEngine } from './measure-row.ts';
import { planRow } from './plan.ts';
import { writeInitial } from './write-initial.ts';

export type Request =
  | { readonly kind: 'measure'; readonly job: Job }
  /** Memory and time that are predicted for a training row. */
  | { readonly kind: 'plan'; readonly job: Job }
  | { readonly kind: 'status'; readonly engine: EngineName }
  /** Writes what a training row starts from, for PyTorch to start from too. */
  | { readonly kind: 'initial'; readonly job: Job; readonly file: string };

/** Lines of a failure that are shown. */
export const shownLines = 12;

export async function child(): Promise<void> {
  try {
    const answer = await answerTo(JSON.parse(await text(process.stdin)) as Request);
    // Other output of libraries would otherwise stand before it on the same line.
    process.stdout.write(`\n${JSON.stringify(answer)}\n`);
  } catch (error) {
    process.stderr.write(`${failureText(error)}\n`);
    process.exitCode = 1;
  }
}

/** What is wrong, and where, in a few lines. */
function failureText(error: unknown): string {
  if (error instanceof MdpdError) return formatError(error);
  const full = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return full.split('\n').slice(0, shownLines).join('\n');
}

async function answerTo(request: Request): Promise<unknown> {
  if (request.kind === 'plan') return planRow(request.job);
  if (request.kind === 'status') return status(request.engine);
  if (request.kind === 'initial') return writeInitial(request.job, request.file);
  return measureRow(request.job);
}

async function status(engine: EngineName): Promise<EngineStatus> {
  try {
    const executor = await startEngine(engine);
    const { description, threads } = executor;
    await executor.stop();
    return { available: true, reason: description, threads };
  } catch (error) {
    return { available: false, reason: messageOf(error) };
  }
}
