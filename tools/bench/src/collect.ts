/** Runs every row on every engine in turns, and sums up what the processes measured. */
import { median } from '@mdpd/distill/engine/latency';
import { messageOf } from '@mdpd/core/errors';
import {
  optimization,
  settingsOf,
  type BenchRow,
  type EngineName,
  type Job,
  type Measurement,
} from './job.ts';
import type { BenchShape } from './shapes.ts';

/** One line of the JSON. Milliseconds of a step or forward pass of one batch; memory in bytes. */
export interface ResultRow {
  readonly shape: string;
  readonly row: string;
  readonly engine: EngineName;
  /** Median. */
  readonly ms: number;
  readonly minMs: number;
  /** Number of times that median and minimum are of. */
  readonly timed: number;
  /** Largest resident set of the process; of several rounds the largest. */
  readonly peakRssBytes: number;
  /** The resident set with the model built, before the first step. */
  readonly modelRssBytes: number;
  /** The resident set with the libraries loaded. */
  readonly libraryRssBytes: number;
  /** Share of the processors that other processes used meanwhile: where it is not near 0, measure again. */
  readonly othersCpu: number;
}

export interface Problem {
  readonly shape: string;
  readonly row: string;
  readonly engine: EngineName;
  readonly reason: string;
}

export interface Selection {
  readonly shapes: readonly BenchShape[];
  readonly rows: readonly BenchRow[];
  readonly engines: readonly EngineName[];
  /** Rounds. */
  readonly repeats: number;
  readonly threads: number;
}

export interface Work {
  readonly shape: BenchShape;
  readonly row: BenchRow;
  readonly engine: EngineName;
  readonly round: number;
}

/** Whether a shape has a row. */
export function isMeasured({ rows, texts }: BenchShape, { name, kind }: BenchRow): boolean {
  return rows ? rows.includes(name) : (kind === 'epoch') === (texts !== undefined);
}

/** Round by round of a row, engines in turns, so that a machine that slows down does so for all of them. */
export function plan({ shapes, rows, engines, repeats }: Omit<Selection, 'threads'>): Work[] {
  return shapes.flatMap((shape) =>
    rows
      .filter((row) => isMeasured(shape, row))
      .flatMap((row) =>
        Array.from({ length: repeats }, (_, round) =>
          shape.engines
            .filter((engine) => engines.includes(engine))
            .map((engine): Work => ({ shape, row, engine, round })),
        ).flat(),
      ),
  );
}

export function jobOf({ shape, row, engine }: Omit<Work, 'round'>, threads: number): Job {
  const { train, inference } = shape.timed ?? timed;
  return {
    engine,
    row: row.name,
    shape: shape.model,
    batch: shape.batch,
    settings: settingsOf(row, shape),
    train: optimization,
    ...(shape.texts ? { texts: shape.texts } : {}),
    // An eager step of ours takes long and compiles nothing.
    warmup: isEager(engine) ? 1 : 3,
    repeats: row.kind === 'inference' && !isEager(engine) ? inference : train,
    threads,
  };
}

/** Timed steps and forward passes. */
const timed = { train: 7, inference: 15 };

const isEager = (engine: EngineName): boolean => engine === 'wasm' || engine === 'tensorflow';

export interface Collected {
  readonly rows: readonly ResultRow[];
  readonly problems: readonly Problem[];
}

export interface Measuring {
  readonly measure: (job: Job) => Promise<Measurement>;
  /** Waits before each measurement. */
  readonly settle: () => Promise<void>;
  readonly say: (message: string) => void;
}

/** Measures a plan. What fails is reported among `problems`; the rest goes on. */
export async function collect(
  works: readonly Work[],
  threads: number,
  { measure, settle, say }: Measuring,
): Promise<Collected> {
  const found = new Map<string, { work: Work; rounds: Measurement[] }>();
  const problems: Problem[] = [];
  for (const [index, work] of works.entries()) {
    const { shape, row, engine } = work;
    const label = `${index + 1}/${works.length}  ${shape.name} ${row.name} ${engine}`;
    await settle();
    try {
      const round = await measure(jobOf(work, threads));
      const key = `${shape.name} ${row.name} ${engine}`;
      const group = found.get(key) ?? { work, rounds: [] };
      found.set(key, { work, rounds: [...group.rounds, round] });
      say(`${label}: ${Math.round(median(round.times))} ms, ${Math.round(round.peakRssBytes / 1e6)} MB`);
    } catch (error) {
      problems.push({ shape: shape.name, row: row.name, engine, reason: messageOf(error) });
      say(`${label}: ${messageOf(error)}`);
    }
  }
  return { rows: [...found.values()].map(({ work, rounds }) => summary(work, rounds)), problems };
}

/** All rounds as one: median and minimum of all times, the largest memory. */
export function summary(
  { shape, row, engine }: Omit<Work, 'round'>,
  rounds: readonly Measurement[],
): ResultRow {
  const times = rounds.flatMap((round) => round.times);
  const most = (of: (round: Measurement) => number): number => Math.max(...rounds.map(of));
  return {
    shape: shape.name,
    row: row.name,
    engine,
    ms: median(times),
    minMs: Math.min(...times),
    timed: times.length,
    peakRssBytes: most((round) => round.peakRssBytes),
    modelRssBytes: most((round) => round.modelRssBytes),
    libraryRssBytes: most((round) => round.libraryRssBytes),
    othersCpu: most((round) => round.othersCpu),
  };
}
