/** The process in which a reader reads one input after the other, and says what came of each. */
import fs from 'node:fs';
import path from 'node:path';
import { MdpdError } from '@mdpd/core/errors';
import { watchFiles, type Guard } from './guard.ts';
import { inputBytes, type FuzzInput } from './input.ts';
import { inputMaker, writeInput } from './make-input.ts';
import { peakBytes, resetPeak, residentBytes } from './memory.ts';
import {
  isFailure,
  mostBytes,
  workMillisecondsFor,
  type Message,
  type Outcome,
  type TimeLimits,
  type Work,
} from './outcome.ts';
import type { Reader } from './reader.ts';
import { findReader } from './readers/find.ts';
import { loadReplay } from './saved.ts';

// As they are before anything is watched.
const { mkdirSync, readdirSync } = fs;

/** Garbage between inputs that is collected, so that it is not counted as the next one's. */
const garbageBytes = 128 * 2 ** 20;
/** Handles that a reader may leave to the garbage collector for a while. */
const mostHandles = 40;

const collect = (): void => (globalThis as { gc?: () => void }).gc?.();
/** Of JavaScript's heap and the buffers beside it. */
function usedBytes(): number {
  const { external, heapUsed } = process.memoryUsage();
  return external + heapUsed;
}
const handles = (): number => readdirSync('/proc/self/fd').length;

const text = (thrown: unknown): string =>
  (thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)).slice(0, 1500);

/** What was thrown outside of any promise that the reader waits for. */
const stray: unknown[] = [];

interface Bench {
  readonly reader: Reader;
  readonly guard: Guard;
  readonly scratch: string;
  readonly restBytes: number;
  readonly restHandles: number;
  readonly restUsed: number;
  readonly limits: TimeLimits;
}

/** The names that every object has. */
const prototypeKeys = (): string => Reflect.ownKeys(Object.prototype).map(String).sort().join();
const untouched = prototypeKeys();

/** What only wrong code throws, and not a library's. */
function isMistake({ name, message, stack }: Error): boolean {
  const mistaken = name === 'TypeError' || name === 'ReferenceError' || message.includes('call stack');
  // What the language itself has built in has no file.
  const thrower =
    stack
      ?.split('\n')
      .slice(1)
      .find((line) => !line.includes('<anonymous>')) ?? '';
  return mistaken && !/node_modules|node:/u.test(thrower);
}

async function attempt(bench: Bench): Promise<{ kind: string; detail?: string }> {
  try {
    await bench.reader.read(path.join(bench.scratch, 'in'));
    return { kind: 'read' };
  } catch (thrown) {
    if (!(thrown instanceof MdpdError) || !/^[A-Z0-9_]+$/u.test(thrown.code))
      return { kind: 'crash', detail: text(thrown) };
    // A mistake of ours behind an error in words is still one; libraries may fail as they like.
    const { cause } = thrown;
    const ours = cause instanceof Error && isMistake(cause);
    return ours ? { kind: 'crash', detail: `as ${thrown.code}: ${text(cause)}` } : { kind: thrown.code };
  }
}

async function readOne(bench: Bench, input: FuzzInput, index: number): Promise<Outcome> {
  const { guard } = bench;
  writeInput(bench.scratch, input);
  if (usedBytes() - bench.restUsed > garbageBytes) collect();
  const size = inputBytes(input);
  const mostMilliseconds = workMillisecondsFor(bench.limits, size);
  // Making an input may take longer than reading it. The message leaves before a reader holds this thread up.
  say({ reading: mostMilliseconds });
  await new Promise((resolve) => setImmediate(resolve));
  guard.taken();
  resetPeak();
  const begin = process.cpuUsage();
  let { kind, detail } = await attempt(bench);
  const { user, system } = process.cpuUsage(begin);
  const milliseconds = (user + system) / 1000;
  const bytes = peakBytes() - bench.restBytes;
  await new Promise((resolve) => setImmediate(resolve));
  const outside = guard.taken();
  const failed = (what: string, why: string): void => {
    kind = what;
    detail = why;
  };
  if (kind !== 'crash') {
    if (outside.length > 0) failed('escape', outside.slice(0, 5).join('\n'));
    else if (bytes > mostBytes + size) failed('memory', `${Math.round(bytes / 2 ** 20)} MB`);
    else if (milliseconds > mostMilliseconds) failed('hang', `${Math.round(milliseconds)} ms`);
    else if (stray.length > 0) failed('crash', `outside of the reader: ${text(stray[0])}`);
    else if (prototypeKeys() !== untouched) failed('crash', 'Object.prototype was changed');
  }
  stray.length = 0;
  return { index, kind, ...(detail === undefined ? {} : { detail }), milliseconds, bytes };
}

/** Open files that nobody closes; looked at from time to time. */
function leaked(bench: Bench): string | undefined {
  collect();
  const open = handles() - bench.restHandles;
  return open > mostHandles ? `${open} files were left open` : undefined;
}

const say = (message: Message): void => void process.send?.(message);

async function start(
  work: Work,
  reader: Reader,
): Promise<{ bench: Bench; make: (index: number) => FuzzInput }> {
  const { scratch, replay } = work;
  const make =
    replay === undefined
      ? await inputMaker(reader, work.seed)
      : (
          (saved) => () =>
            saved.input
        )(loadReplay(replay));
  mkdirSync(path.join(scratch, 'in'), { recursive: true });
  // Whatever is loaded late is loaded now: modules are files too.
  for (const [index, seed] of (await reader.seeds()).entries()) {
    if (index > 20) break;
    writeInput(scratch, seed);
    await reader.read(path.join(scratch, 'in')).catch(() => undefined);
  }
  process.chdir(path.join(scratch, 'in'));
  const guard = watchFiles(path.join(scratch, 'in'), []);
  process.on('unhandledRejection', (thrown) => stray.push(thrown));
  process.on('uncaughtException', (thrown) => stray.push(thrown));
  collect();
  return {
    bench: {
      reader,
      guard,
      scratch,
      restBytes: residentBytes(),
      restHandles: handles(),
      restUsed: usedBytes(),
      limits: work.limits,
    },
    make,
  };
}

export async function child(json: string | undefined): Promise<void> {
  const work = JSON.parse(json ?? '{}') as Work;
  // Whoever asked has gone: nobody would stop a reader that hangs.
  process.once('disconnect', () => process.exit());
  const { bench, make } = await start(work, await findReader(work.reader));
  say({ ready: true });
  try {
    await readAll(work, bench, make);
  } catch (thrown) {
    // A mistake of the fuzzer itself, which nobody else would tell of.
    process.stderr.write(`${text(thrown)}\n`);
    process.exit(1);
  }
  process.disconnect?.();
}

async function readAll(work: Work, bench: Bench, make: (index: number) => FuzzInput): Promise<void> {
  for (let index = work.first; index < work.first + work.count; index++) {
    const outcome = await readOne(bench, make(index), index);
    const leak = index % 500 === 499 || index === work.first + work.count - 1 ? leaked(bench) : undefined;
    const said =
      leak === undefined || isFailure(outcome) ? outcome : { ...outcome, kind: 'crash', detail: leak };
    say(said);
    // The parent keeps the input, and ends this process.
    if (isFailure(said)) await new Promise((resolve) => setTimeout(resolve, 60_000));
  }
}
