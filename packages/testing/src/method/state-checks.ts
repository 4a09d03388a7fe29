/** Checks of what a method changes, and of what it ships. */
import * as tf from '@tensorflow/tfjs-core';
import type { HostRecord, Params } from '@mdpd/core';
import { stateParts } from '@mdpd/distill/engine/state';
import { runModel } from '@mdpd/distill/forward';
import { tokenCounts } from '@mdpd/distill/token-counts';
import { createRandom } from '@mdpd/tensor/random';
import { ensure, type Check } from '../check.ts';
import { differingNames, sameBytes } from '../differences.ts';
import { uploadAll } from '../model-under-test.ts';
import { tidily } from '../tidily.ts';
import { modelsFor, startRun, withRun, type MethodRun, type MethodSubject } from './subject.ts';

/** Values on the host. */
export function hosted(record: Params): HostRecord {
  return Object.fromEntries(
    Object.entries(record).map(([name, tensor]) => [
      name,
      { data: tensor.dataSync().slice() as Float32Array, shape: tensor.shape, dtype: 'float32' as const },
    ]),
  );
}

/** The parameters that ship, as they are now. */
export const shipped = (run: MethodRun): HostRecord => tidily(() => hosted(run.method.ship(run.state())));

async function checkInitialize(subject: MethodSubject): Promise<void> {
  await withRun(subject, {}, (run) => {
    const draw = (seed: number): ReturnType<MethodRun['method']['initialize']> =>
      run.method.initialize(run.initial, createRandom(seed));
    const [first, same] = [draw(5), draw(5)];
    for (const part of stateParts) {
      ensure(
        differingNames(first[part], same[part]).length === 0,
        `starts with other values in ${part} from the same seed`,
      );
    }
    const parts = ['frozen', 'trained', 'side'] as const;
    const names = parts.flatMap((part) => Object.keys(first[part]));
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    ensure(twice === undefined, `has ${twice} in two parts of its state`);
    for (const { name } of run.specs) {
      ensure(!(name in first.side), `has ${name}, which ships, among what is thrown away`);
      ensure(name in first.frozen || name in first.trained, `lost ${name}`);
    }
    const start = shipped(run);
    ensure(
      differingNames(start, run.initial).length === 0,
      'ships another model than it was given before any step',
    );
  });
}

async function checkSteps(subject: MethodSubject): Promise<void> {
  for (const model of modelsFor(subject)) {
    // The first model sees the most steps: what grows from step to step does so on every model.
    const most = model === 'one' ? 12 : 5;
    await withRun(subject, { model, steps: 2 * most }, async (run) => {
      const names = (): string =>
        stateParts.map((part) => Object.keys(run.state()[part]).sort().join()).join(' | ');
      const shapes = (): string =>
        stateParts
          .flatMap((part) => Object.values(run.state()[part]).map(({ shape }) => shape.join()))
          .join(' | ');
      const [before, shapesBefore] = [names(), shapes()];
      const phases = new Set<string>();
      for (let step = 0; step < most; step++) {
        phases.add(run.method.phase(step));
        const { leaked, loss } = await run.step();
        ensure(leaked === 0, `step ${step} leaves ${leaked} tensors behind`);
        ensure(Number.isFinite(loss), `step ${step} has loss ${loss}`);
        ensure(names() === before, `step ${step} changes the names of the state`);
      }
      ensure(shapes() === shapesBefore, 'steps change the shapes of the state');
    });
  }
}

async function checkFrozen(subject: MethodSubject): Promise<void> {
  const run = await startRun(subject);
  try {
    const before = hosted(run.state().frozen);
    const tensors = { ...run.state().frozen };
    for (let step = 0; step < 4; step++) await run.step();
    for (const [name, tensor] of Object.entries(tensors)) {
      ensure(run.state().frozen[name] === tensor, `replaces the frozen ${name}`);
      ensure(!tensor.isDisposed, `frees the frozen ${name}`);
    }
    const changed = differingNames(before, hosted(run.state().frozen));
    ensure(changed.length === 0, `changes the frozen ${changed[0]}`);
  } finally {
    run.dispose();
  }
}

async function checkShip(subject: MethodSubject): Promise<void> {
  for (const model of modelsFor(subject)) {
    await withRun(subject, { model, run: 1 }, (run) => {
      const ship = tidily(() => {
        const params = run.method.ship(run.state());
        const side = new Set(Object.values(run.state().side));
        const stray = Object.entries(params).find(([, tensor]) => side.has(tensor));
        ensure(stray === undefined, `ships ${stray?.[0]}, which is of the side network`);
        return hosted(params);
      });
      for (const { name, shape } of run.specs) {
        ensure(name in ship, `does not ship ${name}`);
        const actual = ship[name]!.shape.join(', ');
        ensure(actual === shape.join(', '), `ships ${name} as [${actual}] instead of [${shape.join(', ')}]`);
      }
      const known = new Set(run.specs.map(({ name }) => name));
      const extra = Object.keys(ship).find((name) => !known.has(name));
      ensure(extra === undefined, `ships ${extra}, which is neither of backbone nor of head`);
    });
  }
}

async function checkTrained(subject: MethodSubject): Promise<void> {
  await withRun(subject, { steps: 12, run: 12 }, (run) => {
    const trained = new Set(run.method.trainedParameters);
    const known = new Set(run.specs.map(({ name }) => name));
    const unknown = [...trained].find((name) => !known.has(name));
    ensure(unknown === undefined, `says that it trains ${unknown}, which is neither of backbone nor of head`);
    const changed = differingNames(shipped(run), run.initial);
    const secret = changed.find((name) => !trained.has(name));
    ensure(secret === undefined, `changes ${secret}, which it does not say`);
    if (trained.size > 0) {
      const share = changed.length / trained.size;
      ensure(
        share > 0.5,
        `changes ${changed.length} of the ${trained.size} parameters that it says it trains`,
      );
    }
  });
}

async function checkForward(subject: MethodSubject): Promise<void> {
  for (const model of modelsFor(subject)) {
    await withRun(subject, { model, run: 3 }, async (run) => {
      const batch = await run.task.splits.test!.load([0, 1, 2, 3], { augment: false, seed: 0, epoch: 0 });
      ensure(run.method.paths.length > 0, 'has no path');
      tidily(() => {
        const input = uploadAll(batch.input);
        for (const path of run.method.paths) {
          const logits = run.method.forward(path, run.state(), input);
          const counts = tokenCounts(run.backbone, batch.input);
          const tokens = run.head.stream === undefined ? [] : [counts[run.head.stream]!];
          const wanted = [4, ...tokens, run.task.head.outputs].join(', ');
          ensure(
            logits.shape.join(', ') === wanted,
            `path ${path} gives [${logits.shape.join(', ')}] instead of [${wanted}]`,
          );
          ensure(logits.dataSync().every(Number.isFinite), `path ${path} gives values that are not finite`);
        }
        if (!run.method.paths.includes('faded')) return;
        const ship = run.method.ship(run.state());
        const bytes = (logits: tf.Tensor): Float32Array => logits.dataSync() as Float32Array;
        const model = bytes(runModel(run.backbone, run.head, ship, input));
        const faded = bytes(run.method.forward('faded', run.state(), input));
        ensure(sameBytes(model, faded), 'path faded does not compute what ships');
        const blank = Object.fromEntries(
          Object.entries(run.state().side).map(([name, tensor]) => [name, tf.zerosLike(tensor)]),
        );
        const without = bytes(run.method.forward('faded', { ...run.state(), side: blank }, input));
        ensure(sameBytes(model, without), 'path faded depends on the side network');
      });
    });
  }
}

/** Checks of what a method keeps, changes and ships. */
export const stateChecks: readonly Check<MethodSubject>[] = [
  { name: 'starts by seed, with the model that it was given', run: checkInitialize },
  { name: 'takes steps that keep the state as it is laid out, and leave nothing behind', run: checkSteps },
  { name: 'never touches frozen tensors', run: checkFrozen },
  { name: 'ships exactly backbone and head', run: checkShip },
  { name: 'changes the parameters that it says, and no others', run: checkTrained },
  { name: 'computes on path faded what ships, without the side network', run: checkForward },
];
