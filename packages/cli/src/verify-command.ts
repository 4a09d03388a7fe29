/** `mdpd verify <run or model>` */
import { command } from './command.ts';
import { commonOptions, wholeNumber } from './command-line.ts';
import { wrap } from '@mdpd/report/format';
import { createOutput, toJson } from './output.ts';
import { createProgress } from './progress.ts';
import { stoppable } from './stop-signal.ts';
import type { Listener } from './train-event.ts';
import type { Check } from './verify-check.ts';
import { verifyTarget, type Verification } from './verify-target.ts';

export default command({
  name: 'verify',
  description: 'Check that a run or a model is what it says: files, recipe, weights, numbers, metric.',
  examples: [
    'mdpd verify runs/mnist/20261123-063956',
    'mdpd verify runs/mnist/20261123-063956 --limit 500 --json',
    'mdpd verify ./vit-base-patch16-224 --no-evaluate',
  ],
  args: {
    target: { type: 'positional', required: true, description: 'folder of a run, or of a model' },
    'no-evaluate': { type: 'boolean', description: 'leave out the evaluation, which takes longest' },
    limit: {
      type: 'string',
      valueHint: 'number',
      description: 'evaluate only the first examples: the metric is then compared as far as chance allows',
    },
    executor: { type: 'string', valueHint: 'name', description: 'executor (default: that of the run)' },
    json: { type: 'boolean', description: 'print JSON' },
    ...commonOptions,
  },
  run: (args) => verify(args._[0]!, args),
});

interface VerifyOptions {
  readonly 'no-evaluate'?: boolean;
  /** citty reads `--no-evaluate` as this. */
  readonly evaluate?: boolean;
  readonly limit?: string;
  readonly executor?: string;
  readonly json?: boolean;
}

async function verify(name: string, options: VerifyOptions): Promise<number> {
  const output = createOutput({ json: options.json === true });
  const limit = wholeNumber('verify', '--limit', options.limit);
  return stoppable(output.message, async (signal) => {
    const progress = createProgress({ stream: output.messages, metric: () => '' });
    const listener: Listener = (event) => {
      if (event.type === 'progress') progress.progress?.(event);
      else if (event.type === 'note') progress.record?.(event);
    };
    const verification = await verifyTarget({
      name,
      evaluate: options['no-evaluate'] !== true && options.evaluate !== false,
      limit,
      executor: options.executor,
      directory: process.cwd(),
      signal,
      listener,
    }).finally(() => progress.close?.());
    output.answer(output.json ? toJson(verification) : formatVerification(verification));
    return verification.ok ? 0 : 1;
  });
}

/** One line a check; what to do stands below one that failed. */
export function formatVerification({ target, ok, checks }: Verification): string {
  const failed = checks.filter(({ status }) => status === 'FAILED');
  const names = [...new Set(failed.map(({ name }) => name))].join(', ');
  const end = ok ? `${target}: nothing is wrong.` : `${target}: FAILED (${names}).`;
  return [...checks.map(line), '', end].join('\n');
}

function line({ name, status, message, code, fix }: Check): string {
  const text = code === undefined ? message : `${code}: ${message}`;
  const first = `${status.padEnd(8)}  ${name.padEnd(7)}  ${text}`;
  if (fix === undefined) return first;
  return [first, ...wrap(`fix: ${fix}`, 90).map((each) => `${' '.repeat(19)}${each}`)].join('\n');
}
