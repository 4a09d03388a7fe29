/** Runs a reader in child processes: one for many inputs, a new one after every input that it does not survive. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { processorMillisecondsOf, residentBytesOf } from './memory.ts';
import {
  isFailure,
  mostBytes,
  usualLimits,
  type Message,
  type Outcome,
  type TimeLimits,
  type Work,
} from './outcome.ts';
import { tinyPng } from './readers/corpus.ts';
import { saveInput } from './saved.ts';

const childFile = fileURLToPath(new URL('../bin/child.js', import.meta.url));
const flags = ['--expose-gc', '--single-threaded-gc', '--max-old-space-size=1024', '--no-warnings'];
/** For loading the reader; it is none of the reader's time. */
const mostStartMilliseconds = 120_000;
/** A child that takes more than this beyond the limit is stopped before the machine suffers. */
const stopBytes = 3 * mostBytes;
const lookMilliseconds = 100;

export interface RunOptions {
  readonly reader: string;
  readonly seed: number;
  readonly inputs: number;
  /** No input begins after so many seconds. */
  readonly seconds?: number;
  /** Where failing inputs are kept; undefined: nowhere. */
  readonly keep?: string;
  /** An input that was kept, to read alone. */
  readonly replay?: string;
  readonly limits?: TimeLimits;
}

export interface RunResult {
  readonly outcomes: readonly Outcome[];
  /** Files of failing inputs. */
  readonly kept: readonly string[];
}

/** The folders that a reader may not leave, and the file beside them that it may not touch. */
function makeScratch(): string {
  const scratch = mkdtempSync(path.join(tmpdir(), 'mdpd-fuzz-'));
  mkdirSync(path.join(scratch, 'canary'));
  // An image, so that whoever follows a link there has something to read.
  for (const name of ['canary', '1.png', 'CANARY.safetensors'])
    writeFileSync(path.join(scratch, 'canary', name), tinyPng);
  return scratch;
}

function canaryProblem(scratch: string): string | undefined {
  const folder = path.join(scratch, 'canary');
  const names = readdirSync(folder).sort().join();
  if (names !== '1.png,CANARY.safetensors,canary') return `beside the folder there is ${names}`;
  return readFileSync(path.join(folder, 'canary')).equals(tinyPng)
    ? undefined
    : 'the file beside the folder was changed';
}

/** What one child came to: how far it got, and what its end means where it was not the right one. */
interface ChildEnd {
  readonly next: number;
  /** Milliseconds of reading. */
  readonly spent: number;
  readonly failure?: Pick<Outcome, 'kind' | 'detail'>;
}

/** `budget`: milliseconds after which no input begins; loading the reader is not counted. */
function runChild(work: Work, budget: number, take: (outcome: Outcome) => void): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    const running = spawn(process.execPath, [...flags, childFile, JSON.stringify(work)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let next = work.first;
    let since: Moment | undefined;
    /** Milliseconds of work that the input may take that is being read. */
    let reading: number | undefined;
    let ready = 0;
    const begun = performance.now();
    let failure: ChildEnd['failure'];
    let stopped = false;
    let errors = '';
    const stop = (why?: ChildEnd['failure']): void => {
      failure = why;
      stopped = true;
      running.kill('SIGKILL');
    };
    running.stderr!.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)));
    running.on('message', (message: Message) => {
      since = momentOf(running.pid!);
      reading = 'reading' in message ? message.reading : undefined;
      if ('ready' in message) ready = since.clock;
      if ('ready' in message || 'reading' in message || stopped) return;
      if (isSlow(message)) return stop(message);
      next = message.index + 1;
      take(message);
      // What an input did to its process is not to be felt by the next one.
      if (since.clock - ready > budget || isFailure(message)) stop();
    });
    const timer = setInterval(() => {
      if (stopped) return;
      const why = since && reading !== undefined ? overdue(running.pid!, since, work, reading) : undefined;
      if (why) stop(why);
      else if (!since && performance.now() - begun > mostStartMilliseconds)
        stop({ kind: 'hang', detail: 'at start' });
    }, lookMilliseconds);
    // The last messages may come after the end of the process.
    let ends = 0;
    const ended = (): void => {
      if (++ends < 2) return;
      clearInterval(timer);
      if (!since) return reject(new Error(`the child did not start: ${errors}`));
      if (!stopped && next < work.first + work.count) failure = endOf(errors, running);
      resolve({ next, spent: since.clock - ready, ...(failure ? { failure } : {}) });
    };
    running.on('close', ended);
    running.on('disconnect', ended);
  });
}

/** Where the clock, and the processor time of a process, stood. */
interface Moment {
  readonly clock: number;
  readonly processor: number;
}

const momentOf = (pid: number): Moment => ({
  clock: performance.now(),
  processor: processorMillisecondsOf(pid),
});

/** Why an input that began at `since`, and may take so many milliseconds of work, is given up. */
function overdue(pid: number, since: Moment, { limits }: Work, most: number): ChildEnd['failure'] {
  const now = momentOf(pid);
  const [worked, waited] = [now.processor - since.processor, now.clock - since.clock];
  if (worked > most) return { kind: 'hang', detail: `more than ${Math.round(worked)} ms` };
  if (waited > limits.waitMilliseconds)
    return { kind: 'hang', detail: `nothing for ${Math.round(waited)} ms` };
  if (residentBytesOf(pid) > stopBytes)
    return { kind: 'memory', detail: `more than ${Math.round(stopBytes / 2 ** 20)} MB` };
  return undefined;
}

function endOf(errors: string, { exitCode, signalCode }: ChildProcess): Pick<Outcome, 'kind' | 'detail'> {
  const memory = /heap out of memory|Array buffer allocation failed/u.test(errors);
  const detail = `the process ended (${exitCode ?? signalCode}): ${errors.slice(-1000)}`;
  return { kind: memory ? 'memory' : 'crash', detail };
}

/** Inputs `0 … inputs − 1` of a reader, the first of them right ones. */
export async function runReader(options: RunOptions): Promise<RunResult> {
  const { reader, seed, inputs, keep, replay, limits = usualLimits } = options;
  const scratch = makeScratch();
  let budget = (options.seconds ?? Infinity) * 1000;
  const outcomes: Outcome[] = [];
  const kept: string[] = [];
  const take = (outcome: Outcome): void => {
    outcomes.push(outcome);
    if (isFailure(outcome) && keep !== undefined && replay === undefined)
      kept.push(saveInput(keep, path.join(scratch, 'in'), { reader, seed, index: outcome.index, outcome }));
  };
  try {
    for (let first = 0; first < inputs && budget > 0;) {
      const work: Work = {
        reader,
        seed,
        first,
        count: inputs - first,
        scratch,
        limits,
        ...(replay === undefined ? {} : { replay }),
      };
      const { next, spent, failure } = await runChild(work, budget, take);
      budget -= spent;
      if (failure) take(await confirmed({ ...work, first: next, count: 1 }, failure));
      first = failure ? next + 1 : next;
      const problem = canaryProblem(scratch);
      if (problem !== undefined) throw new Error(`${reader}: ${problem}`);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return { outcomes, kept };
}

/** Time and memory depend on what else the machine does: such failures count when they happen again, in a process of their own. */
const isSlow = ({ kind }: Outcome): boolean => kind === 'hang' || kind === 'memory';

async function confirmed(work: Work, failure: Pick<Outcome, 'kind' | 'detail'>): Promise<Outcome> {
  let again: Outcome | undefined;
  const end = await runChild(work, Infinity, (outcome) => (again = outcome));
  return again ?? { index: work.first, milliseconds: 0, bytes: 0, ...failure, ...end.failure };
}
