/** What `mdpd replay` shows: a table of ranges, and where numbers end. */
import type { Finding } from '@mdpd/distill/engine/inspect-step';
import path from 'node:path';
import { clip, formatCount, formatTable } from '@mdpd/report/format';
import type { Replay } from './replay-run.ts';

/** Examples of the batch that are named. */
const mostExamples = 20;
const widestName = 70;

export function formatReplay(replay: Replay): string {
  const { run, step, steps, phase, epoch, examples, before, executor, findings } = replay;
  const named = examples.slice(0, mostExamples).join(', ') + (examples.length > mostExamples ? ', …' : '');
  const header = ['', '', 'least', 'largest', 'values', 'not finite'];
  return [
    `${run}, step ${step} of ${steps}: phase ${phase}, epoch ${epoch + 1}, on ${executor}; those before it on ${before}`,
    `training examples ${named}\n`,
    `${formatTable([header, ...findings.map(row)], '', 2)}\n`,
    ...verdict(replay),
  ].join('\n');
}

function row({ kind, name, least, largest, values, broken }: Finding): string[] {
  return [
    kind,
    clip(name, widestName),
    shown(least),
    shown(largest),
    formatCount(values),
    broken > 0 ? formatCount(broken) : '',
  ];
}

function shown(value: number): string {
  if (Number.isNaN(value)) return '-';
  return value === 0 ? '0' : value.toPrecision(4);
}

function verdict({ first, operation, step, executor, before }: Replay): string[] {
  if (!first) {
    const other = before === executor ? '' : ` on ${executor}; ${before} computes in another order`;
    return [`Every value is a number${other}.`];
  }
  const { kind, name, broken, values } = first;
  const lines = [
    `Not finite first: ${kind} ${name}, ${formatCount(broken)} of ${formatCount(values)} values.`,
  ];
  if (kind === 'state' && step > 1)
    lines.push(`It was so before this step: look at the one that made it, --step ${step - 1}.`);
  if (operation) {
    const { kernel, shape, place } = operation;
    const at = place === undefined ? '' : `, at ${relative(place)}`;
    lines.push(`First operation that makes it so of finite values: ${kernel} [${shape.join(', ')}]${at}.`);
  }
  return lines;
}

function relative(place: string): string {
  const near = path.relative(process.cwd(), place);
  return near.startsWith('..') ? place : near;
}
