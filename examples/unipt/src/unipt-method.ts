/**
 * Method `unipt`: a parallel side network and the head learn the labels; the backbone is frozen and never
 * differentiated. The side network stays at inference, so the result is on path `side` alone.
 *
 * Letters: B batch, C outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type {
  Method,
  MethodContext,
  MethodProvider,
  Params,
  State,
  TensorRecord,
  TrainState,
} from '@mdpd/core';
import { disposeStates, plainParams, runHead, runStates } from '@mdpd/distill/forward';
import { optimizerScalars, updateGroup, type Group } from '@mdpd/distill/methods/update';
import { drawTensors } from '@mdpd/distill/specs';
import { initialMoments } from '@mdpd/tensor/adamw';
import { valueAndGrads } from '@mdpd/tensor/vjp';
import { parallelPlans, runParallel } from './parallel-network.ts';
import { settingsSchema, type UniptSettings } from './settings.ts';

type Context = MethodContext<UniptSettings>;

export const uniptMethod: MethodProvider<UniptSettings> = {
  name: 'unipt',
  description: 'parallel side network over every layer, weighed by confidence, kept at inference (UniPT)',
  settings: settingsSchema,
  create,
};

function create(context: Context): Method {
  const { backbone, head, optimization, settings, steps } = context;
  const streams = head.stream === undefined ? Object.keys(backbone.streams) : [head.stream];
  const plans = parallelPlans(backbone, streams, settings.reductionFactor);
  const ofHead = new Set(head.parameters.map(({ name }) => name));
  const ship = ({ frozen, trained }: TrainState): Params =>
    Object.fromEntries(context.parameters.map(({ name }) => [name, trained[name] ?? frozen[name]!]));
  const logits = (params: Params, side: Params, states: readonly State[]): tf.Tensor => {
    const changed = streams.map((stream) => [stream, runParallel(backbone, stream, side, states)]);
    return runHead(backbone, head, plainParams(params), {
      ...states.at(-1)!,
      ...Object.fromEntries(changed),
    });
  };
  return {
    name: 'unipt',
    paths: ['side'],
    trainedParameters: [...ofHead],
    views: 1,
    unlabelled: 0,
    initialize: (parameters, random) => {
      const entries = Object.entries(parameters);
      const trained = Object.fromEntries(entries.filter(([name]) => ofHead.has(name)));
      const side = drawTensors(plans, random.fork('unipt'));
      return {
        frozen: Object.fromEntries(entries.filter(([name]) => !ofHead.has(name))),
        trained,
        side,
        optimizer: initialMoments({ ...trained, ...side }),
      };
    },
    phase: () => 'train',
    phases: { train: trainStep(context, groupOf(plans, ofHead, context), logits) },
    scalars: (step) => optimizerScalars(optimization, step, steps),
    noise: () => ({}),
    forward: (_path, state, input) => {
      const params = ship(state);
      return logits(params, state.side, runStates(backbone, plainParams(params), input));
    },
    ship,
  };
}

/** Learning rates, and what decays: matrices. */
function groupOf(
  plans: ReturnType<typeof parallelPlans>,
  ofHead: ReadonlySet<string>,
  context: Context,
): Group {
  const kinds = new Map(context.parameters.map(({ name, kind }) => [name, kind]));
  return {
    rateOf: (name) => (ofHead.has(name) ? 'head' : 'side'),
    decays: (name) => kinds.get(name) === 'weight' || plans[name]?.shape.length === 2,
  };
}

type Logits = (params: Params, side: Params, states: readonly State[]) => tf.Tensor;

function trainStep(context: Context, group: Group, logits: Logits): Method['phases'][string] {
  const { backbone, task, optimization } = context;
  return (state, { input, target, scalars }) => {
    const params = { ...state.frozen, ...state.trained };
    const states = runStates(backbone, plainParams(params), input);
    const values: TensorRecord = { ...state.trained, ...state.side };
    const { loss, aux, grads } = valueAndGrads((given) => {
      const output = logits({ ...params, ...given }, given, states);
      const losses = task.loss(output, target, optimization.labelSmoothing);
      return { loss: tf.mean(losses) as tf.Scalar, aux: { output } };
    }, values);
    disposeStates(states, input);
    const updated = updateGroup(optimization, group, values, grads, state.optimizer, scalars);
    tf.dispose(grads);
    const part = (names: Params): TensorRecord =>
      Object.fromEntries(Object.keys(names).map((name) => [name, updated.params[name]!]));
    return {
      state: { trained: part(state.trained), side: part(state.side), optimizer: updated.moments },
      loss,
      output: aux['output']!,
      parts: { taskLoss: tf.clone(loss) },
    };
  };
}
