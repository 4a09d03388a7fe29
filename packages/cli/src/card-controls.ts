/** The controls of a run: what tells whether its method earned what it cost. */
import { isDeepStrictEqual } from 'node:util';
import type { Recipe } from '@mdpd/core';
import { formatCount, formatMetric } from '@mdpd/report/format';
import { primaryMetric, type Result } from '@mdpd/report/result';
import { cellCode, inlineCode } from './card-text.ts';
import { shellWord } from './shell-word.ts';

/** What the table is made of. */
export interface ControlFacts {
  readonly result: Pick<Result, 'method' | 'metrics' | 'parameters'>;
  readonly method: Recipe['method'];
  /** Finished runs of the same recipe with other methods. */
  readonly others: readonly ControlRun[];
}

/** A run that may be a control. */
export interface ControlRun {
  readonly method: Recipe['method'];
  readonly result: Result;
}

interface Control {
  /** What it is, for people. */
  readonly label: string;
  readonly method: string;
  /** Settings of `method` that must be these; others are as the recipe's or the default. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The label-only methods that train what a fade option trains. */
const twins: Readonly<Record<string, string>> = {
  head: 'head',
  'norm+head': 'norm',
  'norm+lora+head': 'lora',
};

/** The lines of the section. */
export function controls(facts: ControlFacts): string[] {
  const { result, others } = facts;
  const { primary, faded, side, baseline } = result.metrics;
  const own = [
    row('this model', result.method, faded?.[primary], primary, result.parameters.trainedInBackbone),
    ...(side ? [row('this run with its side network, kept', result.method, side[primary], primary)] : []),
    ...(baseline
      ? [row(`without looking: ${inlineCode(baseline.name)}`, '', baseline.metrics[primary], primary)]
      : []),
  ];
  const wanted = controlsOf(facts.method);
  const found = wanted.map((control) => ({ control, run: others.find((each) => isControl(each, control)) }));
  const given = found.flatMap(({ control, run }) =>
    run
      ? [
          row(
            control.label,
            control.method,
            primaryMetric(run.result),
            primary,
            run.result.parameters.trainedInBackbone,
          ),
        ]
      : [],
  );
  const missing = found.filter(({ run }) => run === undefined).map(({ control }) => control);
  return [
    'The same data, steps and seed; what a method is worth is its distance from these.\n',
    `| model | method | ${cellCode(primary)} | trained in backbone and head |`,
    '| --- | --- | ---: | ---: |',
    ...own,
    ...given,
    '',
    ...howToGet(missing),
  ];
}

function row(
  label: string,
  method: string,
  value: number | undefined,
  metric: string,
  trained?: number,
): string {
  const shown = value === undefined ? '' : formatMetric(metric, value);
  const cells = [label, method && cellCode(method), shown, trained === undefined ? '' : formatCount(trained)];
  return `| ${cells.join(' | ')} |`;
}

/** Of any method: the head alone, its own twin, the side network that stays, and everything. */
function controlsOf(method: Recipe['method']): Control[] {
  const all: Control[] = [
    { label: 'head alone', method: 'head', settings: {} },
    ...twinOf(method),
    { label: 'side network, kept at inference', method: 'side', settings: {} },
    { label: 'every parameter', method: 'full', settings: {} },
  ];
  return all.filter(({ method: name }, at) => {
    const first = all.findIndex((each) => each.method === name);
    return name !== method.name && first === at;
  });
}

function twinOf(method: Recipe['method']): Control[] {
  const { train, blocks, lora } = (method['fade'] ?? {}) as Partial<Record<string, unknown>>;
  const name = method.name === 'mdpd' && typeof train === 'string' ? twins[train] : undefined;
  if (name === undefined || name === 'head') return [];
  const settings = {
    ...(blocks === undefined || blocks === 'all' ? {} : { blocks }),
    ...(name === 'lora' && typeof lora === 'object' ? { lora } : {}),
  };
  return [{ label: 'label-only twin', method: name, settings }];
}

function isControl({ method }: ControlRun, { method: name, settings }: Control): boolean {
  return (
    method.name === name &&
    Object.entries(settings).every(([key, value]) => isDeepStrictEqual(method[key], value))
  );
}

function howToGet(missing: readonly Control[]): string[] {
  if (missing.length === 0) return [];
  return [
    'Not measured beside this run; with the recipe below as `recipe.yaml`:\n',
    ...missing.map(({ label, method, settings }) => {
      const words = ['npx mdpd train recipe.yaml', `method=${method}`, ...overrides('method', settings)];
      return `- ${label}: ${inlineCode(words.join(' '))}`;
    }),
    '',
  ];
}

/** `method.lora.rank=4`; what a shell would read in another way is quoted. */
function overrides(prefix: string, settings: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(settings).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? overrides(`${prefix}.${key}`, value as Record<string, unknown>)
      : [shellWord(`${prefix}.${key}=${String(value)}`)],
  );
}
