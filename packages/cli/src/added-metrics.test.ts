import { expect, it } from 'vitest';
import {
  createRegistry,
  definePlugin,
  MdpdError,
  type MetricAccumulator,
  type MetricProvider,
  type NamedMetric,
  type Task,
} from '@mdpd/core';
import { withAddedMetrics } from './added-metrics.ts';

const count = (name: string): MetricAccumulator => {
  let rows = 0;
  return { add: (_output, _target, more) => void (rows += more), result: () => ({ [name]: rows }) };
};

/** A task as a class, whose methods need their `this`. */
class CountingTask {
  readonly name: string = 'counting';
  readonly labels = ['a', 'b'];
  readonly head = { kind: 'classification', outputs: 2 } as const;
  readonly primaryMetric = 'rows';
  #own = 'rows';
  metrics(): MetricAccumulator {
    return count(this.#own);
  }
  decode(): { value: string } {
    return { value: this.#own };
  }
}
const task = (more: object = {}): Task => Object.assign(new CountingTask(), more) as unknown as Task;

/** Share of the rows whose first output is above the second. */
const firstShare = (more: Partial<MetricProvider> = {}): MetricProvider => ({
  name: 'first_share',
  description: '',
  create: (): NamedMetric => {
    let [first, all] = [0, 0];
    return {
      add(output, _target, rows) {
        for (let row = 0; row < rows; row++) first += Number(output[2 * row]! > output[2 * row + 1]!);
        all += rows;
      },
      result: () => (all === 0 ? 0 : first / all),
    };
  },
  ...more,
});

const outputs = Float32Array.of(1, 0, 0, 1, 1, 0);
function resultOf(of: Task): Record<string, number> {
  const metrics = of.metrics();
  metrics.add(outputs, {}, 2);
  metrics.add(outputs.subarray(4), {}, 1);
  return metrics.result();
}

function added(provider: MetricProvider, to: Task = task()): { task: Task; warnings: string[] } {
  const warnings: string[] = [];
  const registry = createRegistry([definePlugin({ name: 'mine', metrics: [provider] })]);
  return { task: withAddedMetrics(to, registry, (message) => warnings.push(message)), warnings };
}

it('reports a metric beside those of the task, which stays what it is', () => {
  const { task: more, warnings } = added(firstShare());
  expect(resultOf(more)).toEqual({ rows: 3, first_share: 2 / 3 });
  expect(more.metrics().result()).toEqual({ rows: 0, first_share: 0 });
  expect(more.decode(outputs)).toEqual({ value: 'rows' });
  expect([more.name, more.primaryMetric]).toEqual(['counting', 'rows']);
  expect(warnings).toEqual([]);
});

it.each<[Partial<MetricProvider>, boolean]>([
  [{ tasks: ['counting'] }, true],
  [{ tasks: ['other'] }, false],
  [{ heads: ['classification', 'box'] }, true],
  [{ heads: ['regression'] }, false],
  [{ tasks: ['counting'], heads: ['box'] }, false],
])('is of the tasks that it says: %j', (about, is) => {
  expect('first_share' in resultOf(added(firstShare(about)).task)).toBe(is);
});

it('reads generated answers where the task has them', () => {
  const answers = { tokens: 2, metrics: () => count('answers'), decode: () => ({ value: 'yes' }) };
  const metrics = added(firstShare(), task({ answers })).task.answers!.metrics();
  metrics.add(outputs, {}, 3);
  expect(metrics.result()).toEqual({ answers: 3, first_share: 2 / 3 });
});

it('is not taken for one that the task has', () => {
  const run = (): unknown => added(firstShare({ name: 'rows' }));
  expect(run).toThrow(MdpdError);
  expect(run).toThrow('plugin mine adds the metric "rows", which task counting has itself');
  const answers = { tokens: 2, metrics: () => count('exact'), decode: () => ({ value: 'yes' }) };
  expect(() => added(firstShare({ name: 'exact' }), task({ answers }))).toThrow(
    'which task counting has itself',
  );
});

const refuse = (): never => {
  throw new Error('no licence');
};
it.each<[string, () => NamedMetric, string]>([
  ['cannot be made', refuse, 'no licence'],
  ['throws', () => ({ add: refuse, result: () => 1 }), 'no licence'],
  ['throws at its end', () => ({ add: () => undefined, result: refuse }), 'no licence'],
  ['is no number', () => ({ add: () => undefined, result: () => 0 / 0 }), 'its result is NaN'],
])('is left out with one warning where it %s', (_what, create, reason) => {
  const { task: more, warnings } = added(firstShare({ create }));
  expect([resultOf(more), resultOf(more)]).toEqual([{ rows: 3 }, { rows: 3 }]);
  expect(warnings).toEqual([`metric first_share of mine is left out: ${reason}`]);
});
