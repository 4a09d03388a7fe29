/** Serves a demo of a model until it is told to stop. */
import { once } from 'node:events';
import { MdpdError, type Registry } from '@mdpd/core';
import { formatBytes } from '@mdpd/report/format';
import { internalError } from '../internal-error.ts';
import type { Output } from '../output.ts';
import { describeProblems, loadPlugins } from '../plugins.ts';
import { Predictor } from '../predictor.ts';
import { createProgress } from '../progress.ts';
import { findTarget, pluginsFor, type Target } from '../target.ts';
import { aboutModel } from './about-model.ts';
import { browserModel, type BrowserModel } from './browser-model.ts';
import { DemoServer, type DemoParts } from './demo-server.ts';
import { KeptBatches } from './kept-batches.ts';
import { addressOf, close, listen } from './listen.ts';
import { ModelQueue } from './model-queue.ts';
import { PrivateFolder } from './private-folder.ts';
import { isLoopback } from './request-guard.ts';
import type { ServedFile } from './respond.ts';
import { ServedModel } from './served-model.ts';
import { findWebRuntime, type WebRuntime } from './web-runtime.ts';

/** How a model is served. */
export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly executor: string;
  readonly output: Output;
  /** Stops. */
  readonly signal: AbortSignal;
  /** Told the address once the page can be opened. */
  ready(address: string): void;
}

/** Most requests that are worked on or wait, and for how long at most. */
const queueLimits = { most: 16, milliseconds: 60_000 };
/** Milliseconds that work which is going on when the server is stopped may still take. */
const patience = 1000;

/**
 * Resolves once it was stopped and everything is closed and removed. Throws what finding and opening the model throws,
 * WEB_RUNTIME_MISSING, SERVE_PORT and SERVE_ADDRESS, and INTERRUPTED where it is stopped before it serves.
 */
export async function serve(name: string, options: ServeOptions): Promise<void> {
  const { host, output, signal } = options;
  const demo = new DemoServer({ host, report: (thrown) => output.message(reportOf(thrown)) });
  const port = await listen(demo.server, options.port, host);
  const folder = new PrivateFolder();
  // At once, too: a second Ctrl-C leaves no time for it.
  signal.addEventListener('abort', () => folder.remove());
  let predictor: Predictor | undefined;
  const queue = new ModelQueue(queueLimits);
  try {
    const opened = await open(name, folder, options);
    predictor = opened.predictor;
    const model = new ServedModel({
      model: predictor,
      outputs: predictor.task.head.outputs,
      queue,
      folder,
      kept: new KeptBatches(),
    });
    stopIfAsked(signal);
    demo.serve({ ...opened.parts, model });
    if (!isLoopback(host)) output.message(openWarning(host, port));
    options.ready(addressOf(host, port));
    await once(signal, 'abort');
  } finally {
    await close(demo.server);
    await Promise.race([queue.idle(), new Promise((resolve) => setTimeout(resolve, patience).unref())]);
    await predictor?.dispose();
    folder.remove();
  }
}

interface Opened {
  readonly predictor: Predictor;
  readonly parts: Omit<DemoParts, 'model'>;
}

/** Makes the file for the browser first, then opens the model: an executor has all threads for itself. */
async function open(
  name: string,
  folder: PrivateFolder,
  { executor, output, signal }: ServeOptions,
): Promise<Opened> {
  const directory = process.cwd();
  const { registry, problems } = await loadPlugins(pluginsFor(name, directory));
  describeProblems(problems).forEach(output.message);
  const target = findTarget(name, registry, directory);
  const browser = await browserFile(target, registry, folder, executor, output);
  stopIfAsked(signal);
  const runtime = 'why' in browser ? undefined : findWebRuntime(directory);
  const options = { executor, directory, warn: output.message };
  const predictor = await Predictor.openTarget(target, registry, options);
  try {
    const facts = { target, registry, predictor, browser, runtime: runtime?.version };
    const about = await aboutModel(facts);
    output.answer(summary(about.task, name, browser, runtime));
    return { predictor, parts: { about, files: filesOf(browser, runtime) } };
  } catch (thrown) {
    await predictor.dispose();
    throw thrown;
  }
}

async function browserFile(
  target: Target,
  registry: Registry,
  folder: PrivateFolder,
  executor: string,
  output: Output,
): Promise<BrowserModel> {
  const progress = createProgress({ stream: output.messages, metric: () => '' });
  try {
    return await browserModel(target, { registry, folder: folder.path, executor, progress });
  } finally {
    progress.close?.();
  }
}

function filesOf(browser: BrowserModel, runtime: WebRuntime | undefined): Record<string, ServedFile> {
  if ('why' in browser || !runtime) return {};
  const { program, machineCode, version } = runtime;
  return {
    '/model.onnx': { file: browser.file, type: 'application/octet-stream', version: browser.sha256 },
    '/runtime/ort.mjs': { file: program, type: 'text/javascript; charset=utf-8', version },
    '/runtime/ort.wasm': { file: machineCode, type: 'application/wasm', version },
  };
}

function summary(task: string, name: string, browser: BrowserModel, runtime: WebRuntime | undefined): string {
  const where =
    'why' in browser
      ? `runs on this machine: ${browser.why}`
      : `runs in the browser, on onnxruntime-web ${runtime!.version}: ${formatBytes(browser.bytes)}, ${
          browser.exported ? 'as exported' : `made for now; mdpd export ${name} keeps it`
        }`;
  return `Model  ${name} (${task}) ${where}`;
}

function openWarning(host: string, port: number): string {
  return (
    `warning: with --host ${host}, whoever reaches this machine on port ${port} can use the model and send it files: ` +
    'there is no password, and nothing is encrypted. Without --host it is this machine alone'
  );
}

function stopIfAsked(signal: AbortSignal): void {
  if (signal.aborted) throw new MdpdError('INTERRUPTED', 'stopped by a signal');
}

/** For the terminal of those who serve. */
function reportOf(thrown: unknown): string {
  const { code, message } = internalError(thrown);
  const stack = process.env['MDPD_DEBUG'] === '1' && thrown instanceof Error ? `\n${thrown.stack ?? ''}` : '';
  return `error ${code} while answering: ${message}${stack}`;
}
