/**
 * Kernels of this project's own: operations of `@mdpd/tensor` that ONNX Runtime has as one operator, or that need fewer
 * passes over memory here than tfjs's kernels would.
 */
import { fill, type Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { elementwise, scalar } from './elementwise.ts';
import { registerOps, type Emitter } from './registry.ts';

/** Normalized rows, their means and inverse deviations. */
const layerNormalization: Emitter = (b, { x, gamma, beta }, { epsilon }) => {
  const width = x!.shape.at(-1)!;
  const statistics = { shape: [...x!.shape.slice(0, -1), 1], dtype: 'float32' as const };
  const scale = gamma ?? fill([width], 1, 'float32');
  return b.nodeOf(
    'LayerNormalization',
    [x!, scale, ...(beta ? [beta] : [])],
    [{ shape: x!.shape, dtype: 'float32' }, statistics, statistics],
    { axis: { int: -1 }, epsilon: { float: epsilon as number } },
  );
};

/** Rows divided by their root mean square, and what they were multiplied by. */
const rmsNormalization: Emitter = (b, { x, gamma }, { epsilon }) => {
  const width = x!.shape.at(-1)!;
  return b.nodeOf(
    'SimplifiedLayerNormalization',
    [x!, gamma ?? fill([width], 1, 'float32')],
    [
      { shape: x!.shape, dtype: 'float32' },
      { shape: [...x!.shape.slice(0, -1), 1], dtype: 'float32' },
    ],
    { axis: { int: -1 }, epsilon: { float: epsilon as number } },
  );
};

/** ½ ln(1/π), so that u·exp(½ ln(1/π) − u²) is x·φ(x) for u = x/√2. */
const LOG_DENSITY_SCALE = -0.5 * Math.log(Math.PI);

/** dy·(Φ(x) + x·φ(x)) in nine passes: HardSigmoid stands for ½ + ½·erf, which never leaves [0, 1]. */
const geluGradient: Emitter = (b, { dy, x }) => {
  const mul = (left: Value, right: Value): Value => elementwise(b, 'Mul', [left, right]);
  const u = mul(x!, scalar(Math.SQRT1_2));
  // The density first: its chain is the longer one, and the result of the shorter one need not wait for it.
  const exponent = elementwise(b, 'Sub', [scalar(LOG_DENSITY_SCALE), mul(u, u)]);
  const density = mul(u, elementwise(b, 'Exp', [exponent]));
  const half = { alpha: { float: 0.5 }, beta: { float: 0.5 } };
  const cumulative = elementwise(b, 'HardSigmoid', [elementwise(b, 'Erf', [u])], 'float32', half);
  return mul(dy!, elementwise(b, 'Add', [cumulative, density]));
};

const gelu = (b: GraphBuilder, x: Value): Value => b.node('Gelu', [x], x.shape, 'float32');

registerOps({
  MdpdLayerNorm: layerNormalization,
  MdpdRmsNorm: rmsNormalization,
  MdpdGelu: (b, { x }) => gelu(b, x!),
  MdpdGeluGrad: geluGradient,
});
