/** `mdpd replay <run> --step N` */
import { command } from './command.ts';
import { commonOptions, wholeNumber } from './command-line.ts';
import { createOutput, toJson } from './output.ts';
import { createProgress } from './progress.ts';
import { formatReplay } from './replay-report.ts';
import { eagerExecutors, replayRun } from './replay-run.ts';
import { stoppable } from './stop-signal.ts';
import type { Listener } from './train-event.ts';

export default command({
  name: 'replay',
  description: 'Take one step of a run again, and show the range of every value: where numbers end.',
  examples: [
    'mdpd replay runs/mnist/20261123-063956',
    'mdpd replay runs/mnist/20261123-063956 --step 12 --json',
  ],
  args: {
    run: { type: 'positional', required: true, description: 'folder of a run, failed or not' },
    step: {
      type: 'string',
      valueHint: 'number',
      description: 'which step, from 1 (default: the one at which the run failed)',
    },
    executor: {
      type: 'string',
      valueHint: eagerExecutors.join('|'),
      description: 'executor of this step (default: wasm); those before it run on that of the run',
    },
    json: { type: 'boolean', description: 'print JSON' },
    ...commonOptions,
  },
  run: (args) => replay(args._[0]!, args),
});

interface ReplayOptions {
  readonly step?: string;
  readonly executor?: string;
  readonly json?: boolean;
}

async function replay(name: string, options: ReplayOptions): Promise<number> {
  const output = createOutput({ json: options.json === true });
  const step = wholeNumber('replay', '--step', options.step);
  return stoppable(output.message, async (signal) => {
    const progress = createProgress({ stream: output.messages, metric: () => '' });
    const listener: Listener = (event) => {
      if (event.type === 'progress') progress.progress?.(event);
      else if (event.type === 'note') progress.record?.(event);
    };
    const { executor = 'wasm' } = options;
    const request = { name, step, executor, directory: process.cwd(), signal, listener };
    const found = await replayRun(request).finally(() => progress.close?.());
    output.answer(output.json ? toJson(found) : formatReplay(found));
    return 0;
  });
}
