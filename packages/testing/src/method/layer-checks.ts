/** Checks of what a method says of its layers. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerNumbers } from '@mdpd/core';
import { initialNorms } from '@mdpd/distill/engine/layer-log';
import { ensure, type Check } from '../check.ts';
import { modelsFor, withRun, type MethodRun, type MethodSubject, type Step } from './subject.ts';

function ask(run: MethodRun, step: Step): Promise<LayerNumbers> {
  return run.method.layers!({
    state: run.state(),
    initialNorms: initialNorms(run.specs, run.initial),
    step: step.layers,
    read: async (tensor) => ({
      data: (await tensor.data()).slice() as Float32Array,
      shape: tensor.shape,
      dtype: 'float32',
    }),
  });
}

function ensureNumbers({ layers, boundary = {} }: LayerNumbers, { backbone }: MethodRun): void {
  const { blocks, streams } = backbone;
  for (const [what, byStream] of Object.entries(layers)) {
    for (const [stream, numbers] of Object.entries(byStream)) {
      ensure(stream in streams, `says ${what} of ${stream}, which is no stream of the backbone`);
      ensure(
        numbers.length === blocks || numbers.length === blocks + 1,
        `says ${what} of ${numbers.length} layers instead of ${blocks} blocks or ${blocks + 1} taps`,
      );
      const broken = numbers.find((value) => value !== null && !Number.isFinite(value));
      ensure(broken === undefined, `says ${what} = ${broken} of ${stream}`);
    }
  }
  for (const [stream, layer] of Object.entries(boundary)) {
    ensure(stream in streams, `has a boundary in ${stream}, which is no stream of the backbone`);
    ensure(
      Number.isInteger(layer) && layer >= 0 && layer <= blocks,
      `has a boundary after block ${layer} of ${blocks}`,
    );
  }
}

async function checkLayers(subject: MethodSubject): Promise<void> {
  for (const model of modelsFor(subject)) {
    await withRun(subject, { model, steps: 4 }, async (run) => {
      if (!run.method.layers) return;
      for (let step = 0; step < 3; step++) {
        const taken = await run.step();
        const before = tf.memory().numTensors;
        const [first, second] = [await ask(run, taken), await ask(run, taken)];
        const left = tf.memory().numTensors - before;
        ensure(left === 0, `leaves ${left} tensors behind when it is asked for its layers`);
        ensureNumbers(first, run);
        ensure(JSON.stringify(first) === JSON.stringify(second), 'says other numbers of the same layers');
      }
    });
  }
}

/** Checks of what a method says of its layers, where it says anything. */
export const layerChecks: readonly Check<MethodSubject>[] = [
  { name: 'says of its layers what the page of a run can show', run: checkLayers },
];
