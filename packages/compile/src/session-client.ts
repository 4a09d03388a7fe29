/** The main thread's side of the session worker: commands out, answers in. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { InferenceSession } from 'onnxruntime-node';
import { MdpdError, messageOf } from '@mdpd/core';
import { keepYoungGenerationSmall } from './javascript-heap.ts';
import { forbidTelemetry } from './no-telemetry.ts';

/** Name of the result that keeps the runtime from copying the others; see session-worker.js. */
export const unreadable = 'unreadable';

export type StoredType = 'float32' | 'int32' | 'bool';

export interface BufferSpec {
  readonly id: number;
  readonly dtype: StoredType;
  readonly shape: readonly number[];
}

export interface Fetch {
  readonly name: string;
  /** A new tensor, or one whose values are replaced. */
  readonly spec: BufferSpec | { readonly into: number };
}

export type Command =
  | ({ readonly type: 'store'; readonly data: ArrayBufferView } & BufferSpec)
  | { readonly type: 'release'; readonly id: number }
  | { readonly type: 'read'; readonly id: number }
  | {
      readonly type: 'create';
      readonly session: number;
      readonly model: Uint8Array;
      readonly options: InferenceSession.SessionOptions;
    }
  | { readonly type: 'close'; readonly session: number }
  | {
      readonly type: 'run';
      readonly session: number;
      readonly feeds: readonly (readonly [name: string, id: number])[];
      readonly fetches: readonly Fetch[];
    }
  | { readonly type: 'profile'; readonly session: number };

interface Answer {
  readonly request: number;
  readonly value?: unknown;
  readonly error?: string;
  /** Buffers that were sent to the worker and are of no more use there. */
  readonly returned: readonly ArrayBuffer[];
}

/** Most buffers of one size that wait for new content, and most bytes of all. */
const pool = { ofOneSize: 4, bytes: 64e6 };

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class SessionClient {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  /** Commands that nobody waits for travel with the next request. */
  private outbox: Command[] = [];
  private transfers: ArrayBuffer[] = [];
  private readonly returned = new Map<number, ArrayBuffer[]>();
  private returnedBytes = 0;
  private requests = 0;
  private unanswered = 0;
  private whenIdle: (() => void) | undefined;
  private stopped: Promise<void> | undefined;
  private ended: Error | undefined;

  constructor() {
    forbidTelemetry();
    const module = pathToFileURL(createRequire(import.meta.url).resolve('onnxruntime-node')).href;
    this.worker = new Worker(new URL('./session-worker.js', import.meta.url), {
      workerData: { module, unreadable },
      // Loaders of the main thread are of no use there and take their time.
      execArgv: [],
    });
    this.worker.on('online', keepYoungGenerationSmall);
    this.worker.unref();
    this.worker.on('message', (answer: Answer) => this.settle(answer));
    this.worker.on('error', (error) => this.fail(failure(`its thread failed: ${messageOf(error)}`)));
    this.worker.on('exit', (code) => {
      this.fail(failure(`its thread ended with code ${code}`));
      this.unanswered = 0;
      this.whenIdle?.();
    });
  }

  /** Sends with the next request. The arrays of `store` and `create` move to the worker: empty here afterwards. */
  post(command: Command): void {
    if (this.ended) return;
    this.outbox.push(command);
    if (command.type === 'store') this.transfers.push(command.data.buffer as ArrayBuffer);
    if (command.type === 'create' && command.model.byteLength === command.model.buffer.byteLength) {
      this.transfers.push(command.model.buffer as ArrayBuffer);
    }
  }

  /** Sends everything up to `command` and waits for its answer. */
  request(command: Command): Promise<unknown> {
    if (this.ended) return Promise.reject(this.ended);
    this.post(command);
    const request = this.requests++;
    const { outbox: commands, transfers } = this;
    this.outbox = [];
    this.transfers = [];
    return new Promise((resolve, reject) => {
      this.waiting.set(request, { resolve, reject });
      this.unanswered += 1;
      // The process must not end while somebody waits, and may while nobody does.
      this.worker.ref();
      this.worker.postMessage({ request, commands }, transfers);
    });
  }

  /** Ends what waits at once, and the thread when it has done what it is at: in the middle it would abort the process. */
  stop(): Promise<void> {
    this.fail(new MdpdError('EXECUTOR_STOPPED', 'the executor has been stopped'));
    this.stopped ??= this.terminate();
    return this.stopped;
  }

  private async terminate(): Promise<void> {
    if (this.unanswered > 0) await new Promise<void>((resolve) => (this.whenIdle = resolve));
    await this.worker.terminate();
  }

  /** A copy of an array, to be stored: in a buffer that came back from the worker, where one fits. */
  copyOf<T extends Float32Array | Int32Array | Uint8Array>(data: T): T {
    const buffer = this.returned.get(data.byteLength)?.pop();
    if (!buffer) return data.slice() as T;
    this.returnedBytes -= buffer.byteLength;
    const copy = new (data.constructor as new (buffer: ArrayBuffer) => T)(buffer);
    copy.set(data);
    return copy;
  }

  private keep(buffer: ArrayBuffer): void {
    const known = this.returned.get(buffer.byteLength) ?? [];
    if (known.length === pool.ofOneSize || this.returnedBytes + buffer.byteLength > pool.bytes) return;
    this.returned.set(buffer.byteLength, [...known, buffer]);
    this.returnedBytes += buffer.byteLength;
  }

  private settle({ request, value, error, returned }: Answer): void {
    for (const buffer of returned) this.keep(buffer);
    const waiting = this.waiting.get(request);
    this.waiting.delete(request);
    this.unanswered -= 1;
    if (this.unanswered === 0) {
      this.worker.unref();
      this.whenIdle?.();
    }
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(failure(error));
  }

  private fail(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

/** What ONNX Runtime, JavaScript's arrays and worker threads say where there is no memory. */
const noMemory =
  /failed to allocate memory|bad_?alloc|array buffer allocation failed|out of memory|memory limit/i;

const failure = (text: string): MdpdError => {
  const message = `ONNX Runtime: ${firstLine(text)}`;
  if (!noMemory.test(text)) return new MdpdError('EXECUTOR_FAILED', message);
  const fix =
    'a smaller train.batchSize (or train.evaluateBatchSize), shorter texts, or method mdpd; `mdpd plan <recipe>` says what each method needs';
  return new MdpdError('EXECUTOR_MEMORY', message, { fix });
};

const firstLine = (text: string): string => text.split('\n')[0]!.slice(0, 1500);
