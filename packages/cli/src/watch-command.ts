/** `mdpd watch <run>` */
import path from 'node:path';
import { formatError, MdpdError } from '@mdpd/core';
import { visible } from '@mdpd/report/display-width';
import { commonOptions } from './command-line.ts';
import { command } from './command.ts';
import { createOutput, toJson, type Output } from './output.ts';
import { createProgress, evaluationLine, stepLine } from './progress.ts';
import { listenForStop } from './stop-signal.ts';
import { formatSummary } from './summary.ts';
import { RunWatch, type Standing } from './watch-run.ts';

export default command({
  name: 'watch',
  description: 'Follow a run that is trained elsewhere, or say in what state it is.',
  examples: [
    'mdpd watch runs/mnist/20261126-101500',
    'mdpd watch runs/night --once',
    'mdpd watch runs/night --once --json',
  ],
  args: {
    run: {
      type: 'positional',
      required: true,
      description: 'folder of the run; one that is not there yet is waited for',
    },
    once: { type: 'boolean', description: 'say where it stands now, and end' },
    json: { type: 'boolean', description: 'print where it stands at the end as JSON' },
    ...commonOptions,
  },
  run: (args) => watch(args._[0]!, args.once === true, args.json === true),
});

async function watch(name: string, once: boolean, json: boolean): Promise<number> {
  const output = createOutput({ json });
  let metric = 'metric';
  const progress = createProgress({ stream: output.messages, metric: () => metric });
  const stopper = listenForStop(() => {});
  try {
    const run = new RunWatch({
      folder: path.resolve(name),
      name,
      progress,
      onMetric: (found) => {
        metric = found;
      },
      signal: stopper.signal,
    });
    if (once) return answer(name, existing(name, run.look()), metric, output);
    const standing = await run.follow();
    progress.close?.();
    const stopped = stopper.exitCode();
    return stopped ?? answer(name, standing, metric, output);
  } catch (thrown) {
    progress.close?.();
    throw thrown;
  } finally {
    stopper.release();
  }
}

/** Throws RUN_NOT_FOUND. */
function existing(name: string, standing: Standing): Standing {
  if (standing.state.kind !== 'absent') return standing;
  throw new MdpdError('RUN_NOT_FOUND', `${name} holds no run`, {
    allowed: 'a folder that `mdpd train` made, or is training in',
    fix: 'without --once it is waited for',
    exitCode: 2,
  });
}

/** Prints where a run stands. Returns 1 where it failed, else 0. */
function answer(name: string, standing: Standing, metric: string, output: Output): number {
  const { state } = standing;
  if (output.json) output.answer(toJson(forPrograms(name, standing)));
  else if (state.kind === 'finished') output.answer(visible(formatSummary(state.result, name)));
  else if (state.kind !== 'failed') output.answer(visible(inShort(name, standing, metric)));
  if (state.kind === 'failed') output.message(visible(`${name}: failed\n${formatError(state.error)}`));
  return state.kind === 'failed' ? 1 : 0;
}

function inShort(name: string, { state, step, evaluations }: Standing, metric: string): string {
  const kind = state.kind === 'stopped' ? 'stopped, no process works in it' : state.kind;
  return [
    `${name}: ${kind}`,
    ...(step ? [stepLine(step, metric)] : ['before the first step']),
    ...evaluations.map(evaluationLine),
  ].join('\n');
}

function forPrograms(name: string, { state, step, evaluations }: Standing): object {
  return {
    run: name,
    state: state.kind,
    ...(step && { step: step.step, steps: step.steps, loss: step.loss, time: step.time }),
    evaluations: evaluations.map(({ split, path: which, step: at, examples, metrics }) => ({
      step: at,
      split,
      path: which,
      examples,
      metrics,
    })),
    ...(state.kind === 'finished' && { result: state.result }),
    ...(state.kind === 'failed' && { error: failure(state.error) }),
  };
}

function failure({ code, message, place, allowed, fix }: MdpdError): object {
  return { code, message, place, allowed, fix };
}
