/** Starts the processes that measure: ours, and PyTorch's. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MdpdError, messageOf } from '@mdpd/core/errors';
import type { Request } from './child.ts';
import type { EngineName, EngineStatus, Job, Measurement } from './job.ts';

/** From its sources; `measure` may have another one. */
const childFile = fileURLToPath(new URL('../bin/child.js', import.meta.url));
const pythonFile = fileURLToPath(new URL('../../oracles/bench/run.py', import.meta.url));

/** Lines of a failed process that are shown. */
const shownLines = 12;

const python = (): string => process.env['MDPD_PYTHON'] || 'python3';

/** Never throws. */
export async function engineStatus(engine: EngineName): Promise<EngineStatus> {
  const status = await (
    engine === 'pytorch'
      ? runPython<EngineStatus>({ kind: 'status' })
      : runOurs<EngineStatus>({ kind: 'status', engine })
  ).catch((error: unknown): EngineStatus => ({ available: false, reason: messageOf(error) }));
  if (engine !== 'pytorch' || status.available) return status;
  const reason = `${python()} has no PyTorch (${status.reason}); set MDPD_PYTHON to a Python that has torch`;
  return { available: false, reason };
}

/**
 * Measures with PyTorch, or with a script that is our process: `buildChild` makes one.
 * Throws BENCH_PROCESS with the last lines of a process that failed.
 */
export function measure(job: Job, script?: string): Promise<Measurement> {
  const request = { kind: 'measure', job } as const;
  return job.engine === 'pytorch' ? runPython(request) : runOurs(request, script);
}

/** The same steps in PyTorch from the tensors in `file`. */
export function measureFrom(job: Job, file: string): Promise<Measurement> {
  return runPython({ kind: 'measure', job, file });
}

export function runOurs<Answer>(request: Request, script = childFile): Promise<Answer> {
  return run(process.execPath, [script], request);
}

function runPython<Answer>(request: object): Promise<Answer> {
  return run(python(), [pythonFile], request);
}

/** Gives `request` to a program and reads the last line that it prints. */
function run<Answer>(command: string, args: readonly string[], request: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const started = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const stop = (): void => void started.kill();
    process.once('exit', stop);
    started.on('close', () => process.off('exit', stop));
    let output = '';
    let errors = '';
    started.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    started.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (errors = (errors + text).slice(-20_000)));
    started.on('error', (error) => reject(failed(error.message, '')));
    started.on('close', (code, signal) => {
      if (code !== 0) return reject(failed(signal ? `killed by ${signal}` : `exit code ${code}`, errors));
      try {
        resolve(JSON.parse(output.trimEnd().split('\n').at(-1)!) as Answer);
      } catch {
        reject(failed('it printed no JSON', output));
      }
    });
    // A program that ends before it has read says why by itself.
    started.stdin.on('error', () => {});
    started.stdin.end(JSON.stringify(request));
  });

  function failed(what: string, text: string): MdpdError {
    const lines = text.trim().split('\n').slice(-shownLines).join('\n  ');
    return new MdpdError(
      'BENCH_PROCESS',
      [`${what} (${[command, ...args].join(' ')})`, lines].join('\n  ').trim(),
    );
  }
}
