// @ts-nocheck
/**
 * Registers the gradients of @tensorflow/tfjs-core 4.22.0. Made by tools/scripts/tfjs-gradients.js of that package's own
 * modules: Copyright 2018-2024 Google LLC, Apache-2.0.
 */
import * as tf from "@tensorflow/tfjs-core";
var Abs2 = tf.Abs;
var Acos2 = tf.Acos;
var Acosh2 = tf.Acosh;
var Add2 = tf.Add;
var AddN2 = tf.AddN;
var ArgMax2 = tf.ArgMax;
var ArgMin2 = tf.ArgMin;
var Asin2 = tf.Asin;
var Asinh2 = tf.Asinh;
var Atan3 = tf.Atan;
var Atanh2 = tf.Atanh;
var Atan22 = tf.Atan2;
var AvgPool2 = tf.AvgPool;
var AvgPoolGrad2 = tf.AvgPoolGrad;
var AvgPool3D2 = tf.AvgPool3D;
var AvgPool3DGrad2 = tf.AvgPool3DGrad;
var BatchMatMul2 = tf.BatchMatMul;
var BatchToSpaceND2 = tf.BatchToSpaceND;
var BroadcastTo2 = tf.BroadcastTo;
var Cast2 = tf.Cast;
var Ceil2 = tf.Ceil;
var ClipByValue2 = tf.ClipByValue;
var ComplexAbs2 = tf.ComplexAbs;
var Concat2 = tf.Concat;
var Conv2D2 = tf.Conv2D;
var Conv2DBackpropFilter2 = tf.Conv2DBackpropFilter;
var Conv2DBackpropInput2 = tf.Conv2DBackpropInput;
var Conv3D2 = tf.Conv3D;
var Conv3DBackpropFilterV22 = tf.Conv3DBackpropFilterV2;
var Conv3DBackpropInputV22 = tf.Conv3DBackpropInputV2;
var Cos2 = tf.Cos;
var Cosh2 = tf.Cosh;
var Cumsum2 = tf.Cumsum;
var DepthwiseConv2dNative2 = tf.DepthwiseConv2dNative;
var DepthwiseConv2dNativeBackpropFilter2 = tf.DepthwiseConv2dNativeBackpropFilter;
var DepthwiseConv2dNativeBackpropInput2 = tf.DepthwiseConv2dNativeBackpropInput;
var Dilation2D2 = tf.Dilation2D;
var Dilation2DBackpropInput2 = tf.Dilation2DBackpropInput;
var Dilation2DBackpropFilter2 = tf.Dilation2DBackpropFilter;
var RealDiv2 = tf.RealDiv;
var Elu2 = tf.Elu;
var EluGrad2 = tf.EluGrad;
var Erf2 = tf.Erf;
var Exp2 = tf.Exp;
var ExpandDims2 = tf.ExpandDims;
var Expm12 = tf.Expm1;
var Floor2 = tf.Floor;
var FloorDiv2 = tf.FloorDiv;
var FusedBatchNorm2 = tf.FusedBatchNorm;
var GatherV22 = tf.GatherV2;
var GreaterEqual2 = tf.GreaterEqual;
var Identity2 = tf.Identity;
var IsFinite2 = tf.IsFinite;
var IsInf2 = tf.IsInf;
var IsNan2 = tf.IsNan;
var LeakyRelu2 = tf.LeakyRelu;
var Log2 = tf.Log;
var Log1p2 = tf.Log1p;
var LogSoftmax2 = tf.LogSoftmax;
var LRN2 = tf.LRN;
var LRNGrad2 = tf.LRNGrad;
var Max2 = tf.Max;
var Maximum2 = tf.Maximum;
var MaxPool2 = tf.MaxPool;
var MaxPoolGrad2 = tf.MaxPoolGrad;
var MaxPool3D2 = tf.MaxPool3D;
var MaxPool3DGrad2 = tf.MaxPool3DGrad;
var Mean2 = tf.Mean;
var Min2 = tf.Min;
var Minimum2 = tf.Minimum;
var MirrorPad2 = tf.MirrorPad;
var Mod2 = tf.Mod;
var Multiply2 = tf.Multiply;
var Neg2 = tf.Neg;
var OnesLike2 = tf.OnesLike;
var OneHot2 = tf.OneHot;
var Pack2 = tf.Pack;
var PadV22 = tf.PadV2;
var Pow2 = tf.Pow;
var Prelu2 = tf.Prelu;
var Prod2 = tf.Prod;
var Reciprocal2 = tf.Reciprocal;
var Relu2 = tf.Relu;
var Reshape2 = tf.Reshape;
var ResizeNearestNeighbor2 = tf.ResizeNearestNeighbor;
var ResizeNearestNeighborGrad2 = tf.ResizeNearestNeighborGrad;
var ResizeBilinear2 = tf.ResizeBilinear;
var ResizeBilinearGrad2 = tf.ResizeBilinearGrad;
var Relu62 = tf.Relu6;
var Reverse2 = tf.Reverse;
var Round2 = tf.Round;
var Rsqrt2 = tf.Rsqrt;
var Select2 = tf.Select;
var Selu2 = tf.Selu;
var Slice2 = tf.Slice;
var Sin2 = tf.Sin;
var Sinh2 = tf.Sinh;
var Sign2 = tf.Sign;
var Sigmoid2 = tf.Sigmoid;
var Softplus2 = tf.Softplus;
var Sqrt2 = tf.Sqrt;
var Sum2 = tf.Sum;
var SpaceToBatchND2 = tf.SpaceToBatchND;
var SplitV2 = tf.SplitV;
var Softmax2 = tf.Softmax;
var SquaredDifference2 = tf.SquaredDifference;
var Square2 = tf.Square;
var Sub2 = tf.Sub;
var Tan2 = tf.Tan;
var Tanh2 = tf.Tanh;
var Tile2 = tf.Tile;
var Transpose2 = tf.Transpose;
var Unpack2 = tf.Unpack;
var UnsortedSegmentSum2 = tf.UnsortedSegmentSum;
var ZerosLike2 = tf.ZerosLike;
var Step2 = tf.Step;

import * as tf2 from "@tensorflow/tfjs-core";
var cast2 = tf2.cast;

import * as tf3 from "@tensorflow/tfjs-core";
var mul2 = tf3.mul;

import * as tf4 from "@tensorflow/tfjs-core";
var step2 = tf4.step;

var absGradConfig = {
  kernelName: Abs2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => mul2(dy, step2(cast2(x, "float32"), -1)) };
  }
};

import * as tf5 from "@tensorflow/tfjs-core";
var div2 = tf5.div;

import * as tf6 from "@tensorflow/tfjs-core";
var neg2 = tf6.neg;

import * as tf7 from "@tensorflow/tfjs-core";
var scalar2 = tf7.scalar;

import * as tf8 from "@tensorflow/tfjs-core";
var sqrt2 = tf8.sqrt;

import * as tf9 from "@tensorflow/tfjs-core";
var square2 = tf9.square;

import * as tf10 from "@tensorflow/tfjs-core";
var sub2 = tf10.sub;

var acosGradConfig = {
  kernelName: Acos2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return {
      x: () => {
        const a = square2(cast2(x, "float32"));
        const b = sqrt2(sub2(scalar2(1), a));
        return neg2(div2(dy, b));
      }
    };
  }
};

var acoshGradConfig = {
  kernelName: Acosh2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return {
      x: () => {
        const a = sqrt2(sub2(square2(cast2(x, "float32")), 1));
        return div2(dy, a);
      }
    };
  }
};

import * as tf11 from "@tensorflow/tfjs-core";
var getBroadcastDims = tf11.broadcast_util.getBroadcastDims;
var getReductionAxes = tf11.broadcast_util.getReductionAxes;
var assertAndGetBroadcastShape = tf11.broadcast_util.assertAndGetBroadcastShape;

import * as tf12 from "@tensorflow/tfjs-core";
var reshape2 = tf12.reshape;

import * as tf13 from "@tensorflow/tfjs-core";
var sum2 = tf13.sum;

var addGradConfig = {
  kernelName: Add2,
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved) => {
    const [a, b] = saved;
    const outShape = assertAndGetBroadcastShape(a.shape, b.shape);
    const derA = () => {
      let res = dy;
      const reduceAxes = getReductionAxes(a.shape, outShape);
      if (reduceAxes.length > 0) {
        res = sum2(res, reduceAxes);
      }
      return reshape2(res, a.shape);
    };
    const derB = () => {
      let res = dy;
      const reduceAxes = getReductionAxes(b.shape, outShape);
      if (reduceAxes.length > 0) {
        res = sum2(res, reduceAxes);
      }
      return reshape2(res, b.shape);
    };
    return { a: derA, b: derB };
  }
};

var addNGradConfig = {
  kernelName: AddN2,
  saveAllInputs: true,
  gradFunc: (dy, saved) => {
    const ders = {};
    saved.forEach((_, i) => {
      ders[i] = () => dy.clone();
    });
    return ders;
  }
};

import * as tf14 from "@tensorflow/tfjs-core";
var zerosLike2 = tf14.zerosLike;

var argMaxGradConfig = {
  kernelName: ArgMax2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => zerosLike2(x) };
  }
};

var argMinGradConfig = {
  kernelName: ArgMin2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => zerosLike2(x) };
  }
};

var asinGradConfig = {
  kernelName: Asin2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => div2(dy, sqrt2(sub2(scalar2(1), square2(cast2(x, "float32"))))) };
  }
};

import * as tf15 from "@tensorflow/tfjs-core";
var add2 = tf15.add;

var asinhGradConfig = {
  kernelName: Asinh2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return {
      x: () => {
        const a = sqrt2(add2(scalar2(1), square2(cast2(x, "float32"))));
        return div2(dy, a);
      }
    };
  }
};

var atan2GradConfig = {
  kernelName: Atan22,
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved) => {
    const [a, b] = saved;
    const outShape = assertAndGetBroadcastShape(a.shape, b.shape);
    const derA = () => {
      const d = add2(square2(a), square2(b));
      let res = mul2(dy, div2(b, d));
      const reduceAxes = getReductionAxes(a.shape, outShape);
      if (reduceAxes.length > 0) {
        res = sum2(res, reduceAxes);
      }
      return reshape2(res, a.shape);
    };
    const derB = () => {
      const d = add2(square2(a), square2(b));
      let res = neg2(mul2(dy, div2(a, d)));
      const reduceAxes = getReductionAxes(b.shape, outShape);
      if (reduceAxes.length > 0) {
        res = sum2(res, reduceAxes);
      }
      return reshape2(res, b.shape);
    };
    return { a: derA, b: derB };
  }
};

var atanGradConfig = {
  kernelName: Atan3,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => div2(dy, add2(square2(cast2(x, "float32")), 1)) };
  }
};

var atanhGradConfig = {
  kernelName: Atanh2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => div2(dy, sub2(scalar2(1), square2(cast2(x, "float32")))) };
  }
};

import * as tf16 from "@tensorflow/tfjs-core";
var ENGINE = tf16.engine();

import * as tf17 from "@tensorflow/tfjs-core";
var convertToTensor = (x) => x instanceof tf17.Tensor ? x : tf17.tensor(x);

import * as tf18 from "@tensorflow/tfjs-core";
var createScalarValue = tf18.util.createScalarValue;
var toTypedArray = tf18.util.toTypedArray;
var now = tf18.util.now;
var fetch = tf18.util.fetch;
var encodeString = tf18.util.encodeString;
var decodeString = tf18.util.decodeString;
var isTypedArray = tf18.util.isTypedArray;
var flatten = tf18.util.flatten;
var shuffle = tf18.util.shuffle;
var shuffleCombo = tf18.util.shuffleCombo;
var clamp = tf18.util.clamp;
var nearestLargerEven = tf18.util.nearestLargerEven;
var swap = tf18.util.swap;
var randUniform = tf18.util.randUniform;
var distSquared = tf18.util.distSquared;
var assert = tf18.util.assert;
var assertShapesMatch = tf18.util.assertShapesMatch;
var assertNonNull = tf18.util.assertNonNull;
var sizeFromShape = tf18.util.sizeFromShape;
var isScalarShape = tf18.util.isScalarShape;
var arraysEqualWithNull = tf18.util.arraysEqualWithNull;
var arraysEqual = tf18.util.arraysEqual;
var isInt = tf18.util.isInt;
var sizeToSquarishShape = tf18.util.sizeToSquarishShape;
var createShuffledIndices = tf18.util.createShuffledIndices;
var rightPad = tf18.util.rightPad;
var repeatedTry = tf18.util.repeatedTry;
var inferFromImplicitShape = tf18.util.inferFromImplicitShape;
var parseAxisParam = tf18.util.parseAxisParam;
var squeezeShape = tf18.util.squeezeShape;
var getTypedArrayFromDType = tf18.util.getTypedArrayFromDType;
var getArrayFromDType = tf18.util.getArrayFromDType;
var checkConversionForErrors = tf18.util.checkConversionForErrors;
var isValidDtype = tf18.util.isValidDtype;
var hasEncodingLoss = tf18.util.hasEncodingLoss;
var bytesPerElement = tf18.util.bytesPerElement;
var bytesFromStringArray = tf18.util.bytesFromStringArray;
var isString = tf18.util.isString;
var isBoolean = tf18.util.isBoolean;
var isNumber = tf18.util.isNumber;
var inferDtype = tf18.util.inferDtype;
var isFunction = tf18.util.isFunction;
var nearestDivisor = tf18.util.nearestDivisor;
var computeStrides = tf18.util.computeStrides;
var toNestedArray = tf18.util.toNestedArray;
var convertBackendValuesAndArrayBuffer = tf18.util.convertBackendValuesAndArrayBuffer;
var makeOnesTypedArray = tf18.util.makeOnesTypedArray;
var makeZerosTypedArray = tf18.util.makeZerosTypedArray;
var makeZerosNestedTypedArray = tf18.util.makeZerosNestedTypedArray;
var assertNonNegativeIntegerDimensions = tf18.util.assertNonNegativeIntegerDimensions;
var locToIndex = tf18.util.locToIndex;
var indexToLoc = tf18.util.indexToLoc;
var isPromise = tf18.util.isPromise;
var hexToLong = tf18.util.hexToLong;
var fingerPrint64 = tf18.util.fingerPrint64;

import * as tf19 from "@tensorflow/tfjs-core";
var computeDilation2DInfo = tf19.backend_util.computeDilation2DInfo;
var computePool2DInfo = tf19.backend_util.computePool2DInfo;
var computePool3DInfo = tf19.backend_util.computePool3DInfo;
var computeConv2DInfo = tf19.backend_util.computeConv2DInfo;
var computeConv3DInfo = tf19.backend_util.computeConv3DInfo;
var computeDefaultPad = tf19.backend_util.computeDefaultPad;
var tupleValuesAreOne = tf19.backend_util.tupleValuesAreOne;
var eitherStridesOrDilationsAreOne = tf19.backend_util.eitherStridesOrDilationsAreOne;
var stridesOrDilationsArePositive = tf19.backend_util.stridesOrDilationsArePositive;
var convertConv2DDataFormat = tf19.backend_util.convertConv2DDataFormat;
var checkPadOnDimRoundingMode = tf19.backend_util.checkPadOnDimRoundingMode;

import * as tf20 from "@tensorflow/tfjs-core";
var op2 = tf20.op;

function avgPool3dGrad_(dy, input, filterSize, strides, pad4, dimRoundingMode) {
  const $dy = convertToTensor(dy, "dy", "avgPool3dGrad");
  const $input = convertToTensor(input, "input", "avgPool3dGrad");
  let dy5D = $dy;
  let input5D = $input;
  let reshapedTo5D = false;
  if ($input.rank === 4) {
    reshapedTo5D = true;
    dy5D = reshape2($dy, [1, $dy.shape[0], $dy.shape[1], $dy.shape[2], $dy.shape[3]]);
    input5D = reshape2($input, [
      1,
      $input.shape[0],
      $input.shape[1],
      $input.shape[2],
      $input.shape[3]
    ]);
  }
  assert(dy5D.rank === 5, () => `Error in avgPool3dGrad: dy must be rank 5 but got rank ${dy5D.rank}.`);
  assert(input5D.rank === 5, () => `Error in avgPool3dGrad: input must be rank 5 but got rank ${input5D.rank}.`);
  checkPadOnDimRoundingMode("avgPool3dGrad", pad4, dimRoundingMode);
  const inputs = { dy: dy5D, input: input5D };
  const attrs = { filterSize, strides, pad: pad4, dimRoundingMode };
  const res = ENGINE.runKernel(AvgPool3DGrad2, inputs, attrs);
  if (reshapedTo5D) {
    return reshape2(res, [res.shape[1], res.shape[2], res.shape[3], res.shape[4]]);
  }
  return res;
}
var avgPool3dGrad = /* @__PURE__ */ op2({ avgPool3dGrad_ });

var avgPool3DGradConfig = {
  kernelName: AvgPool3D2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => {
    const [x] = saved;
    const { filterSize, strides, pad: pad4, dimRoundingMode } = attrs;
    return {
      x: () => avgPool3dGrad(dy, x, filterSize, strides, pad4, dimRoundingMode)
    };
  }
};

function avgPoolGrad_(dy, input, filterSize, strides, pad4) {
  const $dy = convertToTensor(dy, "dy", "avgPoolGrad");
  const $input = convertToTensor(input, "input", "avgPoolGrad");
  assert($input.rank === $dy.rank, () => `Rank of input (${$input.rank}) does not match rank of dy (${$dy.rank})`);
  let input4D = $input;
  let dy4D = $dy;
  let reshapedTo4D = false;
  if ($input.rank === 3) {
    reshapedTo4D = true;
    input4D = reshape2($input, [1, $input.shape[0], $input.shape[1], $input.shape[2]]);
    dy4D = reshape2($dy, [1, $dy.shape[0], $dy.shape[1], $dy.shape[2]]);
  }
  assert(dy4D.rank === 4, () => `Error in avgPoolGrad: dy must be rank 4 but got rank ${dy4D.rank}.`);
  assert(input4D.rank === 4, () => `Error in avgPoolGrad: input must be rank 4 but got rank ${input4D.rank}.`);
  const inputs = { dy: dy4D, input: input4D };
  const attrs = { filterSize, strides, pad: pad4 };
  const res = ENGINE.runKernel(AvgPoolGrad2, inputs, attrs);
  if (reshapedTo4D) {
    return reshape2(res, [res.shape[1], res.shape[2], res.shape[3]]);
  }
  return res;
}
var avgPoolGrad = /* @__PURE__ */ op2({ avgPoolGrad_ });

var avgPoolGradConfig = {
  kernelName: AvgPool2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => {
    const [x] = saved;
    const { filterSize, strides, pad: pad4 } = attrs;
    return { x: () => avgPoolGrad(dy, x, filterSize, strides, pad4) };
  }
};

import * as tf21 from "@tensorflow/tfjs-core";
var matMul2 = tf21.matMul;

var batchMatMulGradConfig = {
  kernelName: BatchMatMul2,
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved, attrs) => {
    const [a, b] = saved;
    const { transposeA, transposeB } = attrs;
    if (!transposeA && !transposeB) {
      return {
        a: () => matMul2(dy, b, false, true),
        b: () => matMul2(a, dy, true, false)
      };
    } else if (!transposeA && transposeB) {
      return {
        a: () => matMul2(dy, b, false, false),
        b: () => matMul2(dy, a, true, false)
      };
    } else if (transposeA && !transposeB) {
      return {
        a: () => matMul2(b, dy, false, true),
        b: () => matMul2(a, dy, false, false)
      };
    } else {
      return {
        a: () => matMul2(b, dy, true, true),
        b: () => matMul2(dy, a, true, true)
      };
    }
  }
};

import * as tf22 from "@tensorflow/tfjs-core";
var spaceToBatchND2 = tf22.spaceToBatchND;

var batchToSpaceNDGradConfig = {
  kernelName: BatchToSpaceND2,
  gradFunc: (dy, saved, attrs) => {
    const { blockShape, crops } = attrs;
    return { x: () => spaceToBatchND2(dy, blockShape, crops) };
  }
};

var broadcastToGradConfig = {
  kernelName: BroadcastTo2,
  gradFunc: (dy, saved, attrs) => {
    const broadCastToAttrs = attrs;
    const inputShape = broadCastToAttrs.inputShape;
    const outputShape = broadCastToAttrs.shape;
    const reps = Array.from(outputShape);
    for (let i = inputShape.length - 1; i >= 0; i--) {
      if (inputShape[i] === outputShape[i]) {
        reps[i] = 1;
      } else if (inputShape[i] !== 1) {
        throw new Error(`broadcastTo(): [${inputShape}] cannot be broadcast to [${outputShape}].`);
      }
    }
    const axes = [];
    for (let i = 0; i < reps.length; i++) {
      if (reps[i] > 1) {
        axes.push(i);
      }
    }
    return { x: () => sum2(
      dy,
      axes,
      true
      /* keepDims */
    ) };
  }
};

var castGradConfig = {
  kernelName: Cast2,
  gradFunc: (dy) => {
    return { x: () => dy.clone() };
  }
};

var ceilGradConfig = {
  kernelName: Ceil2,
  gradFunc: (dy) => {
    return { x: () => zerosLike2(dy) };
  }
};

import * as tf23 from "@tensorflow/tfjs-core";
var greaterEqual2 = tf23.greaterEqual;

import * as tf24 from "@tensorflow/tfjs-core";
var lessEqual2 = tf24.lessEqual;

import * as tf25 from "@tensorflow/tfjs-core";
var logicalAnd2 = tf25.logicalAnd;

import * as tf26 from "@tensorflow/tfjs-core";
var where2 = tf26.where;

var clipByValueGradConfig = {
  kernelName: ClipByValue2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => {
    const [x] = saved;
    const { clipValueMin, clipValueMax } = attrs;
    return {
      x: () => where2(logicalAnd2(greaterEqual2(x, clipValueMin), lessEqual2(x, clipValueMax)), dy, zerosLike2(dy))
    };
  }
};

var complexAbsGradConfig = {
  kernelName: ComplexAbs2,
  inputsToSave: ["x"],
  gradFunc: absGradConfig.gradFunc
};

import * as tf27 from "@tensorflow/tfjs-core";
var split2 = tf27.split;

var concatGradConfig = {
  kernelName: Concat2,
  saveAllInputs: true,
  gradFunc: (dy, saved, attrs) => {
    const shapes = saved.map((t) => t.shape);
    const { axis } = attrs;
    const $axis = parseAxisParam(axis, saved[0].shape)[0];
    const sizeSplits = shapes.map((s) => s[$axis]);
    const derTensors = split2(dy, sizeSplits, $axis);
    return derTensors.map((t) => () => t);
  }
};

function conv2DBackpropFilter_(x, dy, filterShape, strides, pad4, dataFormat = "NHWC", dimRoundingMode) {
  let x4D = x;
  if (x.rank === 3) {
    x4D = reshape2(x, [1, x.shape[0], x.shape[1], x.shape[2]]);
  }
  let dy4D = dy;
  if (dy4D.rank === 3) {
    dy4D = reshape2(dy, [1, dy.shape[0], dy.shape[1], dy.shape[2]]);
  }
  assert(x4D.rank === 4, () => `Error in conv2dDerFilter: input must be rank 4, but got shape ${x4D.shape}.`);
  assert(dy4D.rank === 4, () => `Error in conv2dDerFilter: dy must be rank 4, but got shape ${dy4D.shape}.`);
  assert(filterShape.length === 4, () => `Error in conv2dDerFilter: filterShape must be length 4, but got ${filterShape}.`);
  const inDepth = dataFormat === "NHWC" ? x4D.shape[3] : x4D.shape[1];
  const outDepth = dataFormat === "NHWC" ? dy4D.shape[3] : dy4D.shape[1];
  assert(inDepth === filterShape[2], () => `Error in conv2dDerFilter: depth of input ${inDepth}) must match input depth in filter (${filterShape[2]}.`);
  assert(outDepth === filterShape[3], () => `Error in conv2dDerFilter: depth of dy (${outDepth}) must match output depth for filter (${filterShape[3]}).`);
  checkPadOnDimRoundingMode("conv2dDerFilter", pad4, dimRoundingMode);
  const inputs = { x: x4D, dy: dy4D };
  const attrs = { strides, pad: pad4, dataFormat, dimRoundingMode, filterShape };
  return ENGINE.runKernel(Conv2DBackpropFilter2, inputs, attrs);
}
var conv2DBackpropFilter = /* @__PURE__ */ op2({ conv2DBackpropFilter_ });

function conv2DBackpropInput_(xShape, dy, filter, strides, pad4, dataFormat = "NHWC", dimRoundingMode) {
  assert(xShape.length === dy.rank, () => `Length of inShape (${xShape.length}) and rank of dy (${dy.rank}) must match`);
  let xShape4D = xShape;
  let dy4D = dy;
  let reshapedTo4D = false;
  if (dy.rank === 3) {
    reshapedTo4D = true;
    dy4D = reshape2(dy, [1, dy.shape[0], dy.shape[1], dy.shape[2]]);
    xShape4D = [1, xShape[0], xShape[1], xShape[2]];
  }
  assert(xShape4D.length === 4, () => `Error in conv2dDerInput: inShape must be length 4, but got length ${xShape4D.length}.`);
  assert(dy4D.rank === 4, () => `Error in conv2dDerInput: dy must be rank 4, but got rank ${dy4D.rank}`);
  assert(filter.rank === 4, () => `Error in conv2dDerInput: filter must be rank 4, but got rank ${filter.rank}`);
  const inDepth = dataFormat === "NHWC" ? xShape4D[3] : xShape4D[1];
  const outDepth = dataFormat === "NHWC" ? dy4D.shape[3] : dy4D.shape[1];
  assert(inDepth === filter.shape[2], () => `Error in conv2dDerInput: depth of input (${inDepth}) must match input depth for filter ${filter.shape[2]}.`);
  assert(outDepth === filter.shape[3], () => `Error in conv2dDerInput: depth of output (${outDepth}) must match output depth for filter ${filter.shape[3]}.`);
  checkPadOnDimRoundingMode("conv2dDerInput", pad4, dimRoundingMode);
  const inputs = { dy: dy4D, filter };
  const attrs = { strides, pad: pad4, dataFormat, dimRoundingMode, inputShape: xShape4D };
  const res = ENGINE.runKernel(Conv2DBackpropInput2, inputs, attrs);
  if (reshapedTo4D) {
    return reshape2(res, [res.shape[1], res.shape[2], res.shape[3]]);
  }
  return res;
}
var conv2DBackpropInput = /* @__PURE__ */ op2({ conv2DBackpropInput_ });

var conv2DGradConfig = {
  kernelName: Conv2D2,
  inputsToSave: ["x", "filter"],
  gradFunc: (dy, saved, attrs) => {
    const [x4D, $filter] = saved;
    const { dilations, strides, pad: pad4, dataFormat } = attrs;
    assert(tupleValuesAreOne(dilations), () => `Error in gradient of conv2D: dilation rates greater than 1 are not yet supported in gradients. Got dilations '${dilations}'`);
    return {
      x: () => conv2DBackpropInput(x4D.shape, dy, $filter, strides, pad4, dataFormat),
      filter: () => conv2DBackpropFilter(x4D, dy, $filter.shape, strides, pad4, dataFormat)
    };
  }
};

import * as tf28 from "@tensorflow/tfjs-core";
var conv2d2 = tf28.conv2d;

var conv2DBackpropInputGradConfig = {
  kernelName: Conv2DBackpropInput2,
  inputsToSave: ["dy", "filter"],
  gradFunc: (ddx, saved, attrs) => {
    const [dy, filter] = saved;
    const { strides, pad: pad4, dataFormat, dimRoundingMode } = attrs;
    return {
      dy: () => conv2d2(ddx, filter, strides, pad4, dataFormat, 1, dimRoundingMode),
      filter: () => conv2DBackpropFilter(ddx, dy, filter.shape, strides, pad4, dataFormat, dimRoundingMode)
    };
  }
};

function conv3DBackpropFilter_(x, dy, filterShape, strides, pad4) {
  let x5D = x;
  if (x.rank === 4) {
    x5D = reshape2(x, [1, x.shape[0], x.shape[1], x.shape[2], x.shape[3]]);
  }
  let dy5D = dy;
  if (dy5D.rank === 4) {
    dy5D = reshape2(dy, [1, dy.shape[0], dy.shape[1], dy.shape[2], dy.shape[3]]);
  }
  assert(x5D.rank === 5, () => `Error in conv3dDerFilter: input must be rank 5, but got shape ${x5D.shape}.`);
  assert(dy5D.rank === 5, () => `Error in conv3dDerFilter: dy must be rank 5, but got shape ${dy5D.shape}.`);
  assert(filterShape.length === 5, () => `Error in conv3dDerFilter: filterShape must be length 5, but got ${filterShape}.`);
  assert(x5D.shape[4] === filterShape[3], () => `Error in conv3dDerFilter: depth of input ${x5D.shape[4]}) must match input depth in filter (${filterShape[3]}.`);
  assert(dy5D.shape[4] === filterShape[4], () => `Error in conv3dDerFilter: depth of dy (${dy5D.shape[4]}) must match output depth for filter (${filterShape[4]}).`);
  const inputs = { x: x5D, dy: dy5D };
  const attrs = { strides, pad: pad4, filterShape };
  return ENGINE.runKernel(Conv3DBackpropFilterV22, inputs, attrs);
}
var conv3DBackpropFilter = /* @__PURE__ */ op2({ conv3DBackpropFilter_ });

function conv3DBackpropInput_(xShape, dy, filter, strides, pad4) {
  assert(xShape.length === dy.rank, () => `Length of inShape (${xShape.length}) and rank of dy (${dy.rank}) must match`);
  let xShape5D = xShape;
  let dy5D = dy;
  let reshapedTo5D = false;
  if (dy.rank === 4) {
    reshapedTo5D = true;
    dy5D = reshape2(dy, [1, dy.shape[0], dy.shape[1], dy.shape[2], dy.shape[3]]);
    xShape5D = [1, xShape[0], xShape[1], xShape[2], xShape[3]];
  }
  const inDepth = xShape5D[4];
  const outDepth = dy5D.shape[4];
  assert(xShape5D.length === 5, () => `Error in conv3dDerInput: inShape must be length 5, but got length ${xShape5D.length}.`);
  assert(dy5D.rank === 5, () => `Error in conv3dDerInput: dy must be rank 5, but got rank ${dy5D.rank}`);
  assert(filter.rank === 5, () => `Error in conv3dDerInput: filter must be rank 5, but got rank ${filter.rank}`);
  assert(inDepth === filter.shape[3], () => `Error in conv3dDerInput: depth of input (${inDepth}) must match input depth for filter ${filter.shape[3]}.`);
  assert(outDepth === filter.shape[4], () => `Error in conv3dDerInput: depth of output (${outDepth}) must match output depth for filter ${filter.shape[4]}.`);
  const inputs = { dy: dy5D, filter };
  const attrs = { pad: pad4, strides, inputShape: xShape5D };
  const res = ENGINE.runKernel(Conv3DBackpropInputV22, inputs, attrs);
  if (reshapedTo5D) {
    return reshape2(res, [res.shape[1], res.shape[2], res.shape[3], res.shape[4]]);
  }
  return res;
}
var conv3DBackpropInput = /* @__PURE__ */ op2({ conv3DBackpropInput_ });

var conv3DGradConfig = {
  kernelName: Conv3D2,
  inputsToSave: ["x", "filter"],
  gradFunc: (dy, saved, attrs) => {
    const { dilations, strides, pad: pad4 } = attrs;
    assert(tupleValuesAreOne(dilations), () => `Error in gradient of conv3D: dilation rates greater than 1 are not yet supported in gradients. Got dilations '${dilations}'`);
    const [x5D, $filter] = saved;
    return {
      x: () => conv3DBackpropInput(x5D.shape, dy, $filter, strides, pad4),
      filter: () => conv3DBackpropFilter(x5D, dy, $filter.shape, strides, pad4)
    };
  }
};

import * as tf29 from "@tensorflow/tfjs-core";
var sin2 = tf29.sin;

var cosGradConfig = {
  kernelName: Cos2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => mul2(neg2(sin2(cast2(x, "float32"))), dy) };
  }
};

import * as tf30 from "@tensorflow/tfjs-core";
var sinh2 = tf30.sinh;

var coshGradConfig = {
  kernelName: Cosh2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => mul2(sinh2(cast2(x, "float32")), dy) };
  }
};

import * as tf31 from "@tensorflow/tfjs-core";
var axesAreInnerMostDims = tf31.backend_util.axesAreInnerMostDims;
var combineLocations = tf31.backend_util.combineLocations;
var computeOutAndReduceShapes = tf31.backend_util.computeOutAndReduceShapes;
var expandShapeToKeepDim = tf31.backend_util.expandShapeToKeepDim;
var assertAxesAreInnerMostDims = tf31.backend_util.assertAxesAreInnerMostDims;
var getAxesPermutation = tf31.backend_util.getAxesPermutation;
var getUndoAxesPermutation = tf31.backend_util.getUndoAxesPermutation;
var getInnerMostAxes = tf31.backend_util.getInnerMostAxes;

import * as tf32 from "@tensorflow/tfjs-core";
var cumsum2 = tf32.cumsum;

import * as tf33 from "@tensorflow/tfjs-core";
var transpose2 = tf33.transpose;

var cumsumGradConfig = {
  kernelName: Cumsum2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => {
    const [x] = saved;
    const { axis, exclusive, reverse: reverse4 } = attrs;
    return {
      x: () => {
        const permutation = getAxesPermutation([axis], x.rank);
        let out = cumsum2(dy, axis, exclusive, !reverse4);
        if (permutation != null) {
          out = transpose2(out, permutation);
        }
        return out;
      }
    };
  }
};

function depthwiseConv2dNativeBackpropFilter_(x, dy, filterShape, strides, pad4, dilations = [1, 1], dimRoundingMode) {
  let x4D = x;
  if (x.rank === 3) {
    x4D = reshape2(x, [1, x.shape[0], x.shape[1], x.shape[2]]);
  }
  let dy4D = dy;
  if (dy4D.rank === 3) {
    dy4D = reshape2(dy, [1, dy.shape[0], dy.shape[1], dy.shape[2]]);
  }
  const inputs = { x: x4D, dy: dy4D };
  const attrs = { strides, pad: pad4, dimRoundingMode, dilations, filterShape };
  return ENGINE.runKernel(DepthwiseConv2dNativeBackpropFilter2, inputs, attrs);
}
var depthwiseConv2dNativeBackpropFilter = op2({ depthwiseConv2dNativeBackpropFilter_ });

function depthwiseConv2dNativeBackpropInput_(xShape, dy, filter, strides, pad4, dilations = [1, 1], dimRoundingMode) {
  let dy4D = dy;
  let reshapedTo4D = false;
  if (dy.rank === 3) {
    reshapedTo4D = true;
    dy4D = reshape2(dy, [1, dy.shape[0], dy.shape[1], dy.shape[2]]);
  }
  const inputs = { dy: dy4D, filter };
  const attrs = { strides, pad: pad4, dimRoundingMode, dilations, inputShape: xShape };
  const res = (
    // tslint:disable-next-line: no-unnecessary-type-assertion
    ENGINE.runKernel(DepthwiseConv2dNativeBackpropInput2, inputs, attrs)
  );
  if (reshapedTo4D) {
    return reshape2(res, [res.shape[1], res.shape[2], res.shape[3]]);
  }
  return res;
}
var depthwiseConv2dNativeBackpropInput = op2({ depthwiseConv2dNativeBackpropInput_ });

var depthwiseConv2dNativeGradConfig = {
  kernelName: DepthwiseConv2dNative2,
  inputsToSave: ["x", "filter"],
  gradFunc: (dy, saved, attrs) => {
    const { dilations, strides, pad: pad4, dimRoundingMode } = attrs;
    const $dilations = dilations == null ? [1, 1] : dilations;
    assert(tupleValuesAreOne($dilations), () => `Error in gradient of depthwiseConv2dNative: dilation rates greater than 1 are not yet supported. Got dilations '${$dilations}'`);
    const [x, filter] = saved;
    assert(x.rank === 4, () => `Error in gradient of depthwiseConv2dNative: input must be rank 4, but got rank ${x.rank}.`);
    assert(filter.rank === 4, () => `Error in gradient of depthwiseConv2dNative: filter must be rank 4, but got rank ${filter.rank}.`);
    assert(x.shape[3] === filter.shape[2], () => `Error in gradient of depthwiseConv2d: number of input channels (${x.shape[3]}) must match the inChannels dimension in filter ${filter.shape[2]}.`);
    assert(eitherStridesOrDilationsAreOne(strides, $dilations), () => `Error in gradient of depthwiseConv2d: Either strides or dilations must be  1. Got strides ${strides} and dilations '${$dilations}'.`);
    checkPadOnDimRoundingMode("depthwiseConv2d", pad4, dimRoundingMode);
    return {
      x: () => depthwiseConv2dNativeBackpropInput(x.shape, dy, filter, strides, pad4, $dilations, dimRoundingMode),
      filter: () => depthwiseConv2dNativeBackpropFilter(x, dy, filter.shape, strides, pad4, $dilations, dimRoundingMode)
    };
  }
};

var dilation2dGradConfig = {
  kernelName: Dilation2D2,
  inputsToSave: ["x", "filter"],
  gradFunc: (dy, saved, attrs) => {
    const [x, filter] = saved;
    const inputInputs = { x, filter, dy };
    const filterInputs = { x, filter, dy };
    return {
      x: () => ENGINE.runKernel(Dilation2DBackpropInput2, inputInputs, attrs),
      filter: () => ENGINE.runKernel(Dilation2DBackpropFilter2, filterInputs, attrs)
    };
  }
};

var eluGradConfig = {
  kernelName: Elu2,
  outputsToSave: [true],
  gradFunc: (dy, saved) => {
    const [y] = saved;
    const inputs = { dy, y };
    return { x: () => ENGINE.runKernel(EluGrad2, inputs) };
  }
};

import * as tf34 from "@tensorflow/tfjs-core";
var exp2 = tf34.exp;

var erfGradConfig = {
  kernelName: Erf2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    const a = mul2(exp2(neg2(square2(x))), 2 / Math.sqrt(Math.PI));
    return { x: () => mul2(dy, a) };
  }
};

var expGradConfig = {
  kernelName: Exp2,
  outputsToSave: [true],
  gradFunc: (dy, saved) => {
    const [y] = saved;
    return { x: () => mul2(dy, y) };
  }
};

var expandDimsGradConfig = {
  kernelName: ExpandDims2,
  inputsToSave: ["input"],
  gradFunc: (dy, saved) => {
    const [input] = saved;
    return { input: () => reshape2(dy, input.shape) };
  }
};

var expm1GradConfig = {
  kernelName: Expm12,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => mul2(dy, exp2(x)) };
  }
};

var floorGradConfig = {
  kernelName: Floor2,
  gradFunc: (dy) => {
    return { x: () => zerosLike2(dy) };
  }
};

var floorDivGradConfig = {
  kernelName: FloorDiv2,
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved) => {
    const [a, b] = saved;
    const outShape = assertAndGetBroadcastShape(a.shape, b.shape);
    const derA = () => {
      const res = div2(dy, cast2(b, "float32"));
      const reduceAxes = getReductionAxes(a.shape, outShape);
      if (reduceAxes.length > 0) {
        return reshape2(sum2(res, reduceAxes), a.shape);
      }
      return res;
    };
    const derB = () => {
      let res = mul2(dy, cast2(a, "float32"));
      const reduceAxes = getReductionAxes(b.shape, outShape);
      if (reduceAxes.length > 0) {
        res = reshape2(sum2(res, reduceAxes), b.shape);
      }
      const tmp = square2(b);
      return neg2(div2(res, cast2(tmp, "float32")));
    };
    return { a: derA, b: derB };
  }
};

import * as tf35 from "@tensorflow/tfjs-core";
var rsqrt2 = tf35.rsqrt;

import * as tf36 from "@tensorflow/tfjs-core";
var tile2 = tf36.tile;

var fusedBatchNormGradConfig = {
  kernelName: FusedBatchNorm2,
  inputsToSave: ["x", "mean", "variance", "scale"],
  gradFunc: (dy, saved, attrs) => {
    const { varianceEpsilon } = attrs;
    const [x, mean2, variance, scale] = saved;
    const scaleValue = scale == null ? scalar2(1) : scale;
    const reductionAxes = getReductionAxes(mean2.shape, x.shape);
    const tileShape = [];
    if (mean2.rank === 1) {
      for (let i = 0; i < x.shape.length - 1; ++i) {
        tileShape.push(x.shape[i]);
      }
      tileShape.push(1);
    }
    const xMinusMean = sub2(x, mean2);
    const dyTimesScaleValue = mul2(dy, scaleValue);
    const oneOverSqrtVariance = rsqrt2(add2(variance, scalar2(varianceEpsilon)));
    const minusHalfRCube = mul2(mul2(mul2(oneOverSqrtVariance, oneOverSqrtVariance), oneOverSqrtVariance), scalar2(-0.5));
    const derX = () => {
      if (mean2.rank === 1) {
        return reshape2(mul2(mul2(dy, tile2(reshape2(oneOverSqrtVariance, [1, 1, 1, mean2.shape[0]]), tileShape)), scaleValue), x.shape);
      } else {
        return reshape2(mul2(mul2(dy, oneOverSqrtVariance), scaleValue), x.shape);
      }
    };
    const derMean = () => {
      let meanDer = mul2(mul2(oneOverSqrtVariance, scalar2(-1)), dyTimesScaleValue);
      if (mean2.rank === 1) {
        meanDer = sum2(meanDer, reductionAxes);
      }
      return reshape2(meanDer, mean2.shape);
    };
    const derVariance = () => {
      let varianceDer = mul2(mul2(minusHalfRCube, xMinusMean), dyTimesScaleValue);
      if (mean2.rank === 1) {
        varianceDer = sum2(varianceDer, reductionAxes);
      }
      return reshape2(varianceDer, mean2.shape);
    };
    const derScale = () => {
      const xMinusMean2TimesRsqrt = mul2(xMinusMean, oneOverSqrtVariance);
      let scaleDer = mul2(dy, xMinusMean2TimesRsqrt);
      if (mean2.rank === 1) {
        scaleDer = sum2(scaleDer, reductionAxes);
      }
      return reshape2(scaleDer, mean2.shape);
    };
    const derOffset = () => {
      let offsetDer = dy;
      if (mean2.rank === 1) {
        offsetDer = sum2(offsetDer, reductionAxes);
      }
      return reshape2(offsetDer, mean2.shape);
    };
    return {
      x: derX,
      mean: derMean,
      variance: derVariance,
      scale: derScale,
      offset: derOffset
    };
  }
};

import * as tf37 from "@tensorflow/tfjs-core";
var stack2 = tf37.stack;

import * as tf38 from "@tensorflow/tfjs-core";
var unsortedSegmentSum2 = tf38.unsortedSegmentSum;

var gatherGradConfig = {
  kernelName: GatherV22,
  inputsToSave: ["x", "indices"],
  gradFunc: (dy, saved, attrs) => {
    const [x, indices] = saved;
    const { axis, batchDims } = attrs;
    const parsedAxis = parseAxisParam(axis, x.shape)[0];
    const derXBatch = (x2, indices2, dy2) => {
      return () => {
        const paramsShape = x2.shape;
        const indicesSize = indices2.size;
        const outerShape = paramsShape.slice(0, parsedAxis);
        const outerDims = outerShape.length;
        const innerShape = paramsShape.slice(axis, paramsShape.length).slice(1);
        const innerDims = innerShape.length;
        const outerAxesIndices = arrayRange(0, outerDims);
        const innerAxesIndices = arrayRange(outerDims + 1, outerDims + 1 + innerDims);
        const valuesShape = arrayConcat([
          outerShape,
          [indicesSize],
          innerShape
        ]);
        const values = reshape2(dy2, valuesShape);
        const reshapedIndices = reshape2(indices2, [indicesSize]);
        const transposeDims = arrayConcat([[outerDims], outerAxesIndices, innerAxesIndices]);
        const valuesTranspose = transpose2(values, transposeDims);
        let paramsGrad = unsortedSegmentSum2(valuesTranspose, reshapedIndices, x2.shape[parsedAxis]);
        const invertTransposeDims = getUndoAxesPermutation(transposeDims);
        paramsGrad = transpose2(paramsGrad, invertTransposeDims);
        return paramsGrad;
      };
    };
    if (batchDims === 1) {
      const batchSize = x.shape[0];
      const xBatch = x.split(batchSize, 0);
      const derXBatched = () => {
        const stacked = stack2(xBatch.map((x2, i) => {
          return derXBatch(x2, indices.slice(i, 1), dy.slice(i, 1))();
        }));
        return stacked.reshape(x.shape);
      };
      return { x: derXBatched, indices: () => indices };
    } else {
      return { x: derXBatch(x, indices, dy), indices: () => indices };
    }
  }
};
function arrayRange(start, stop) {
  const result = [];
  for (let i = start; i < stop; ++i) {
    result.push(i);
  }
  return result;
}
function arrayConcat(arrays) {
  const result = [];
  for (let i = 0; i < arrays.length; ++i) {
    for (let j = 0; j < arrays[i].length; ++j) {
      result.push(arrays[i][j]);
    }
  }
  return result;
}

var greaterEqualGradConfig = {
  kernelName: GreaterEqual2,
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved) => {
    const [a, b] = saved;
    return { a: () => zerosLike2(a), b: () => zerosLike2(b) };
  }
};

var identityGradConfig = {
  kernelName: Identity2,
  gradFunc: (dy) => {
    return { x: () => cast2(dy, "float32") };
  }
};

var isFiniteGradConfig = {
  kernelName: IsFinite2,
  gradFunc: (dy) => {
    return { x: () => zerosLike2(dy) };
  }
};

var isInfGradConfig = {
  kernelName: IsInf2,
  gradFunc: (dy) => {
    return { x: () => zerosLike2(dy) };
  }
};

var isNanGradConfig = {
  kernelName: IsNan2,
  gradFunc: (dy) => {
    return { x: () => zerosLike2(dy) };
  }
};

import * as tf39 from "@tensorflow/tfjs-core";
var greater2 = tf39.greater;

var leakyReluGradConfig = {
  kernelName: LeakyRelu2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => {
    const [x] = saved;
    const { alpha } = attrs;
    const mask = greater2(x, 0);
    return { x: () => where2(mask, dy, mul2(dy, alpha)) };
  }
};

var log1pGradConfig = {
  kernelName: Log1p2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => div2(dy, add2(x, 1)) };
  }
};

var logGradConfig = {
  kernelName: Log2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => div2(dy, cast2(x, "float32")) };
  }
};

var logSoftmaxGradConfig = {
  kernelName: LogSoftmax2,
  inputsToSave: [],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const [value] = saved;
    const { axis } = attrs;
    return {
      logits: () => {
        const keepDims = true;
        const softmax2 = exp2(value);
        return sub2(dy, mul2(sum2(dy, axis, keepDims), softmax2));
      }
    };
  }
};

function localResponseNormalizationBackprop_(x, y, dy, depthRadius = 5, bias = 1, alpha = 1, beta = 0.5) {
  const inputs = { x, y, dy };
  const attrs = { depthRadius, bias, alpha, beta };
  return ENGINE.runKernel(LRNGrad2, inputs, attrs);
}
var localResponseNormalizationBackprop = op2({ localResponseNormalizationBackprop_ });

var lrnGradConfig = {
  kernelName: LRN2,
  inputsToSave: ["x"],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const [x, y] = saved;
    const { depthRadius, bias, alpha, beta } = attrs;
    return {
      x: () => localResponseNormalizationBackprop(x, y, dy, depthRadius, bias, alpha, beta)
    };
  }
};

import * as tf40 from "@tensorflow/tfjs-core";
var equal2 = tf40.equal;

function gradForMinAndMax(dy, y, xOrig, origAxes) {
  if (y.rank < xOrig.rank) {
    y = reshape2(y, expandShapeToKeepDim(y.shape, origAxes));
  }
  if (dy.rank < xOrig.rank) {
    dy = reshape2(dy, expandShapeToKeepDim(dy.shape, origAxes));
  }
  return {
    x: () => {
      const dx = mul2(dy, cast2(equal2(xOrig, y), dy.dtype));
      return dx;
    }
  };
}

var maxGradConfig = {
  kernelName: Max2,
  inputsToSave: ["x"],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const maxAttrs = attrs;
    const { reductionIndices } = maxAttrs;
    const x = saved[0];
    const y = saved[1];
    const origAxes = parseAxisParam(reductionIndices, x.shape);
    const maxGrad = gradForMinAndMax(dy, y, x, origAxes);
    return {
      x: () => {
        return maxGrad["x"]();
      }
    };
  }
};

import * as tf41 from "@tensorflow/tfjs-core";
var less2 = tf41.less;

var maximumGradConfig = {
  kernelName: Maximum2,
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved) => {
    const [a, b] = saved;
    const derA = () => mul2(dy, cast2(greaterEqual2(a, b), "float32"));
    const derB = () => mul2(dy, cast2(less2(a, b), "float32"));
    return { a: derA, b: derB };
  }
};

function maxPool3dGrad_(dy, input, output, filterSize, strides, pad4, dimRoundingMode) {
  const $dy = convertToTensor(dy, "dy", "maxPool3dGrad");
  const $input = convertToTensor(input, "input", "maxPool3dGrad");
  const $output = convertToTensor(output, "output", "maxPool3dGrad");
  let dy5D = $dy;
  let input5D = $input;
  let output5D = $output;
  let reshapedTo5D = false;
  if ($input.rank === 4) {
    reshapedTo5D = true;
    dy5D = reshape2($dy, [1, $dy.shape[0], $dy.shape[1], $dy.shape[2], $dy.shape[3]]);
    input5D = reshape2($input, [
      1,
      $input.shape[0],
      $input.shape[1],
      $input.shape[2],
      $input.shape[3]
    ]);
    output5D = reshape2($output, [
      1,
      $output.shape[0],
      $output.shape[1],
      $output.shape[2],
      $output.shape[3]
    ]);
  }
  assert(dy5D.rank === 5, () => `Error in maxPool3dGrad: dy must be rank 5 but got rank ${dy5D.rank}.`);
  assert(input5D.rank === 5, () => `Error in maxPool3dGrad: input must be rank 5 but got rank ${input5D.rank}.`);
  assert(output5D.rank === 5, () => `Error in maxPool3dGrad: output must be rank 5 but got rank ${output5D.rank}.`);
  checkPadOnDimRoundingMode("maxPool3dGrad", pad4, dimRoundingMode);
  const inputs = { dy: dy5D, input: input5D, output: output5D };
  const attrs = { filterSize, strides, pad: pad4, dimRoundingMode };
  const res = ENGINE.runKernel(MaxPool3DGrad2, inputs, attrs);
  if (reshapedTo5D) {
    return reshape2(res, [res.shape[1], res.shape[2], res.shape[3], res.shape[4]]);
  }
  return res;
}
var maxPool3dGrad = /* @__PURE__ */ op2({ maxPool3dGrad_ });

var maxPool3DGradConfig = {
  kernelName: MaxPool3D2,
  inputsToSave: ["x"],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const [x, y] = saved;
    const { filterSize, strides, pad: pad4, dimRoundingMode } = attrs;
    return {
      x: () => maxPool3dGrad(dy, x, y, filterSize, strides, pad4, dimRoundingMode)
    };
  }
};

function maxPoolGrad_(dy, input, output, filterSize, strides, pad4, dimRoundingMode) {
  const $dy = convertToTensor(dy, "dy", "maxPoolGrad");
  const $input = convertToTensor(input, "input", "maxPoolGrad");
  const $output = convertToTensor(output, "output", "maxPoolGrad");
  assert($input.rank === $dy.rank, () => `Rank of input (${$input.rank}) does not match rank of dy (${$dy.rank})`);
  assert($dy.rank === 4, () => `Error in maxPoolGrad: dy must be rank 4 but got rank ${$dy.rank}.`);
  assert($input.rank === 4, () => `Error in maxPoolGrad: input must be rank 4 but got rank ${$input.rank}.`);
  checkPadOnDimRoundingMode("maxPoolGrad", pad4, dimRoundingMode);
  const inputs = { dy: $dy, input: $input, output: $output };
  const attrs = { filterSize, strides, pad: pad4, dimRoundingMode };
  return ENGINE.runKernel(MaxPoolGrad2, inputs, attrs);
}
var maxPoolGrad = /* @__PURE__ */ op2({ maxPoolGrad_ });

var maxPoolGradConfig = {
  kernelName: MaxPool2,
  inputsToSave: ["x"],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const [x, y] = saved;
    const { filterSize, strides, pad: pad4 } = attrs;
    return {
      x: () => maxPoolGrad(dy, x, y, filterSize, strides, pad4)
    };
  }
};

import * as tf42 from "@tensorflow/tfjs-core";
var ones2 = tf42.ones;

var meanGradConfig = {
  kernelName: Mean2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => {
    const [x] = saved;
    const { axis } = attrs;
    const axes = parseAxisParam(axis, x.shape);
    const shapes = computeOutAndReduceShapes(x.shape, axes);
    const reduceShape = shapes[1];
    const reduceSize = sizeFromShape(reduceShape);
    const derX = () => {
      const expandedDyShape = x.shape.slice();
      axes.forEach((axis2) => {
        expandedDyShape[axis2] = 1;
      });
      const expandedDy = reshape2(dy, expandedDyShape);
      const res = div2(mul2(expandedDy, ones2(x.shape, "float32")), reduceSize);
      return res;
    };
    return { x: derX };
  }
};

var minGradConfig = {
  kernelName: Min2,
  inputsToSave: ["x"],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const minAttrs = attrs;
    const { axis } = minAttrs;
    const [x, y] = saved;
    const origAxes = parseAxisParam(axis, x.shape);
    const minGrad = gradForMinAndMax(dy, y, x, origAxes);
    return {
      x: () => {
        return minGrad["x"]();
      }
    };
  }
};

var minimumGradConfig = {
  kernelName: Minimum2,
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved) => {
    const [a, b] = saved;
    const derA = () => mul2(dy, cast2(lessEqual2(a, b), "float32"));
    const derB = () => mul2(dy, cast2(greater2(a, b), "float32"));
    return { a: derA, b: derB };
  }
};

import * as tf43 from "@tensorflow/tfjs-core";
var slice2 = tf43.slice;

var mirrorPadGradConfig = {
  kernelName: MirrorPad2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => {
    const x = saved[0];
    const { paddings } = attrs;
    const begin = paddings.map((p) => p[0]);
    return { x: () => slice2(dy, begin, x.shape) };
  }
};

import * as tf44 from "@tensorflow/tfjs-core";
var floor2 = tf44.floor;

var modGradConfig = {
  kernelName: Mod2,
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved) => {
    const [a, b] = saved;
    const outShape = assertAndGetBroadcastShape(a.shape, b.shape);
    const derA = () => {
      const reduceAxes = getReductionAxes(a.shape, outShape);
      if (reduceAxes.length > 0) {
        return reshape2(sum2(dy, reduceAxes), a.shape);
      }
      return dy;
    };
    const derB = () => {
      const res = mul2(dy, neg2(floor2(div2(a, b))));
      const reduceAxes = getReductionAxes(b.shape, outShape);
      if (reduceAxes.length > 0) {
        return reshape2(sum2(res, reduceAxes), b.shape);
      }
      return res;
    };
    return { a: derA, b: derB };
  }
};

var multiplyGradConfig = {
  kernelName: Multiply2,
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved) => {
    const [a, b] = saved;
    const outShape = assertAndGetBroadcastShape(a.shape, b.shape);
    const derA = () => {
      const res = mul2(dy, cast2(b, "float32"));
      const reduceAxes = getReductionAxes(a.shape, outShape);
      if (reduceAxes.length > 0) {
        return reshape2(sum2(res, reduceAxes), a.shape);
      }
      return res;
    };
    const derB = () => {
      const res = mul2(dy, cast2(a, "float32"));
      const reduceAxes = getReductionAxes(b.shape, outShape);
      if (reduceAxes.length > 0) {
        return reshape2(sum2(res, reduceAxes), b.shape);
      }
      return res;
    };
    return { a: derA, b: derB };
  }
};

var negGradConfig = {
  kernelName: Neg2,
  gradFunc: (dy) => {
    return { x: () => neg2(dy) };
  }
};

import * as tf45 from "@tensorflow/tfjs-core";
var zeros2 = tf45.zeros;

var oneHotGradConfig = {
  kernelName: OneHot2,
  inputsToSave: ["indices"],
  gradFunc: (dy, saved) => {
    const indices = saved[0];
    return { indices: () => zeros2(indices.shape, "float32") };
  }
};

var onesLikeGradConfig = {
  kernelName: OnesLike2,
  gradFunc: (dy) => {
    return { x: () => zerosLike2(dy) };
  }
};

import * as tf46 from "@tensorflow/tfjs-core";
var unstack2 = tf46.unstack;

var packGradConfig = {
  kernelName: Pack2,
  saveAllInputs: true,
  gradFunc: (dy, saved, attrs) => {
    const { axis } = attrs;
    const derTensors = unstack2(dy, axis);
    return derTensors.map((t) => () => t);
  }
};

var padV2GradConfig = {
  kernelName: PadV22,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => {
    const x = saved[0];
    const { paddings } = attrs;
    const begin = paddings.map((p) => p[0]);
    return { x: () => slice2(dy, begin, x.shape) };
  }
};

import * as tf47 from "@tensorflow/tfjs-core";
var log2 = tf47.log;

import * as tf48 from "@tensorflow/tfjs-core";
var pow2 = tf48.pow;

var powGradConfig = {
  kernelName: Pow2,
  inputsToSave: ["a", "b"],
  outputsToSave: [true],
  gradFunc: (dy, saved) => {
    const [a, b, y] = saved;
    const base = a;
    const exp4 = b;
    const outShape = assertAndGetBroadcastShape(base.shape, exp4.shape);
    const derBase = () => {
      const expFloat = cast2(exp4, "float32");
      let res = mul2(dy, mul2(expFloat, pow2(base, sub2(expFloat, scalar2(1)))));
      const reduceAxes = getReductionAxes(base.shape, outShape);
      if (reduceAxes.length > 0) {
        res = sum2(res, reduceAxes);
      }
      return reshape2(res, base.shape);
    };
    const derExp = () => {
      const condition = greater2(base, 0);
      const logBase = where2(condition, log2(base), zerosLike2(base));
      let res = mul2(dy, mul2(y, logBase));
      const reduceAxes = getReductionAxes(exp4.shape, outShape);
      if (reduceAxes.length > 0) {
        res = sum2(res, reduceAxes);
      }
      return reshape2(res, exp4.shape);
    };
    return { a: derBase, b: derExp };
  }
};

var preluGradConfig = {
  kernelName: Prelu2,
  inputsToSave: ["x", "alpha"],
  gradFunc: (dy, saved) => {
    const [x, alpha] = saved;
    const mask = greater2(x, 0);
    return {
      x: () => where2(mask, dy, mul2(dy, alpha)),
      alpha: () => {
        let res = where2(mask, zerosLike2(dy), mul2(dy, x));
        const reduceAxes = getReductionAxes(alpha.shape, dy.shape);
        if (reduceAxes.length > 0) {
          res = sum2(res, reduceAxes);
        }
        return reshape2(res, alpha.shape);
      }
    };
  }
};

import * as tf49 from "@tensorflow/tfjs-core";
var backend_util4 = tf49.backend_util;

import * as tf50 from "@tensorflow/tfjs-core";
var cumprod3 = tf50.cumprod;

function prodGradFn_(x, dy, axis) {
  const expandedYShape = x.shape.slice();
  expandedYShape[axis] = 1;
  const expandedDy = reshape2(dy, expandedYShape);
  const xCumProd = cumprod3(x, axis, true, false);
  const xCumRevProd = cumprod3(x, axis, true, true);
  const dx = mul2(xCumProd, xCumRevProd);
  return mul2(expandedDy, dx);
}
function prodsGradFn_(x, dy, axis) {
  const xRank = x.shape.length;
  const finalProdAxis = xRank - axis.length;
  const xPermutation = backend_util4.getAxesPermutation(axis, xRank);
  let permutedX = x;
  if (xPermutation != null) {
    permutedX = transpose2(x, xPermutation);
  }
  const newShape = permutedX.shape.slice();
  const removedShape = newShape.splice(xRank - axis.length, axis.length);
  const endPartShape = removedShape.reduce((p, c) => p * c, 1);
  newShape.push(endPartShape);
  const reshapedPermutedX = permutedX.reshape(newShape);
  let prodGrad = prodGradFn_(reshapedPermutedX, dy, finalProdAxis);
  prodGrad = prodGrad.reshape(permutedX.shape);
  if (xPermutation != null) {
    const undoPermutation = backend_util4.getUndoAxesPermutation(xPermutation);
    prodGrad = transpose2(prodGrad, undoPermutation);
  }
  return prodGrad;
}
var prodGradConfig = {
  kernelName: Prod2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => {
    const [x] = saved;
    const { axis } = attrs;
    let axisArr = [];
    if (axis === void 0 || axis === null) {
      axisArr = x.shape.map((_, i) => i);
    } else if (typeof axis === "number") {
      axisArr = [axis];
    } else {
      axisArr = axis;
    }
    return { x: () => prodsGradFn_(x, dy, axisArr) };
  }
};

var divGradConfig = {
  kernelName: RealDiv2,
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved) => {
    const [a, b] = saved;
    const outShape = assertAndGetBroadcastShape(a.shape, b.shape);
    const derA = () => {
      const res = div2(dy, cast2(b, "float32"));
      const reduceAxes = getReductionAxes(a.shape, outShape);
      if (reduceAxes.length > 0) {
        return reshape2(sum2(res, reduceAxes), a.shape);
      }
      return res;
    };
    const derB = () => {
      let res = mul2(dy, cast2(a, "float32"));
      const reduceAxes = getReductionAxes(b.shape, outShape);
      if (reduceAxes.length > 0) {
        res = reshape2(sum2(res, reduceAxes), b.shape);
      }
      const tmp = square2(b);
      return neg2(div2(res, cast2(tmp, "float32")));
    };
    return { a: derA, b: derB };
  }
};

var reciprocalGradConfig = {
  kernelName: Reciprocal2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => div2(dy, neg2(square2(x))) };
  }
};

var relu6GradConfig = {
  kernelName: Relu62,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    const mask = mul2(lessEqual2(x, 6), step2(x));
    return { x: () => mul2(dy, cast2(mask, "float32")) };
  }
};

var reluGradConfig = {
  kernelName: Relu2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => mul2(dy, cast2(step2(x), "float32")) };
  }
};

var reshapeGradConfig = {
  kernelName: Reshape2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => reshape2(dy, x.shape) };
  }
};

var resizeBilinearGradConfig = {
  kernelName: ResizeBilinear2,
  inputsToSave: ["images"],
  gradFunc: (dy, saved, attrs) => {
    const [images] = saved;
    const inputs = { dy, images };
    const imagesDer = () => (
      // tslint:disable-next-line: no-unnecessary-type-assertion
      ENGINE.runKernel(ResizeBilinearGrad2, inputs, attrs)
    );
    return { images: imagesDer };
  }
};

var resizeNearestNeighborGradConfig = {
  kernelName: ResizeNearestNeighbor2,
  inputsToSave: ["images"],
  gradFunc: (dy, saved, attrs) => {
    const [images] = saved;
    const inputs = { dy, images };
    const imagesDer = () => (
      // tslint:disable-next-line: no-unnecessary-type-assertion
      ENGINE.runKernel(ResizeNearestNeighborGrad2, inputs, attrs)
    );
    return { images: imagesDer };
  }
};

import * as tf51 from "@tensorflow/tfjs-core";
var reverse3 = tf51.reverse;

var reverseGradConfig = {
  kernelName: Reverse2,
  gradFunc: (dy, saved, attrs) => {
    const { dims } = attrs;
    const axes = parseAxisParam(dims, dy.shape);
    return { x: () => reverse3(dy, axes) };
  }
};

var roundGradConfig = {
  kernelName: Round2,
  gradFunc: (dy) => {
    return { x: () => zerosLike2(dy) };
  }
};

var rsqrtGradConfig = {
  kernelName: Rsqrt2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => neg2(div2(dy, mul2(pow2(x, 1.5), 2))) };
  }
};

import * as tf52 from "@tensorflow/tfjs-core";
var logicalNot3 = tf52.logicalNot;

var selectGradConfig = {
  kernelName: Select2,
  inputsToSave: ["condition"],
  gradFunc: (dy, saved) => {
    const [condition] = saved;
    return {
      // TODO(julianoks): Return null for condition gradient
      // when backprop supports it.
      condition: () => cast2(zerosLike2(condition), "float32"),
      t: () => mul2(dy, cast2(condition, dy.dtype)),
      e: () => mul2(dy, cast2(logicalNot3(condition), dy.dtype))
    };
  }
};

import * as tf53 from "@tensorflow/tfjs-core";
var SELU_SCALEALPHA = tf53.backend_util.SELU_SCALEALPHA;
var SELU_SCALE = tf53.backend_util.SELU_SCALE;

var seluGradConfig = {
  kernelName: Selu2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return {
      x: () => {
        const mask = greater2(x, scalar2(0));
        const scaleAlpha = scalar2(SELU_SCALEALPHA);
        const scale = scalar2(SELU_SCALE);
        const greaterThanZeroDer = mul2(dy, scale);
        const lessEqualZeroDer = mul2(mul2(dy, scaleAlpha), exp2(cast2(x, "float32")));
        return where2(mask, greaterThanZeroDer, lessEqualZeroDer);
      }
    };
  }
};

var sigmoidGradConfig = {
  kernelName: Sigmoid2,
  outputsToSave: [true],
  gradFunc: (dy, saved) => {
    const [y] = saved;
    return { x: () => mul2(dy, mul2(y, sub2(scalar2(1), y))) };
  }
};

var signGradConfig = {
  kernelName: Sign2,
  gradFunc: (dy) => {
    return { x: () => zerosLike2(dy) };
  }
};

import * as tf54 from "@tensorflow/tfjs-core";
var cos3 = tf54.cos;

var sinGradConfig = {
  kernelName: Sin2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => mul2(cos3(cast2(x, "float32")), dy) };
  }
};

import * as tf55 from "@tensorflow/tfjs-core";
var cosh3 = tf55.cosh;

var sinhGradConfig = {
  kernelName: Sinh2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => mul2(cosh3(cast2(x, "float32")), dy) };
  }
};

import * as tf56 from "@tensorflow/tfjs-core";
var pad3 = tf56.pad;

import * as tf57 from "@tensorflow/tfjs-core";
var assertParamsValid = tf57.slice_util.assertParamsValid;
var maskToAxes = tf57.slice_util.maskToAxes;
var computeOutShape = tf57.backend_util.computeOutShape;
var stridesWithElidedDims = tf57.slice_util.stridesWithElidedDims;
var getNormalizedAxes = tf57.slice_util.getNormalizedAxes;
var startIndicesWithElidedDims = tf57.slice_util.startIndicesWithElidedDims;
var stopIndicesWithElidedDims = tf57.slice_util.stopIndicesWithElidedDims;
var stridesForAxis = tf57.slice_util.stridesForAxis;
var startForAxis = tf57.slice_util.startForAxis;
var stopForAxis = tf57.slice_util.stopForAxis;
var isSliceContinous = tf57.slice_util.isSliceContinous;
var computeFlatOffset = tf57.slice_util.computeFlatOffset;
var parseSliceParams = tf57.slice_util.parseSliceParams;
var sliceInfo = tf57.slice_util.sliceInfo;

var sliceGradConfig = {
  kernelName: Slice2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => {
    const [x] = saved;
    const { begin, size } = attrs;
    const inputShape = x.shape;
    const [begin_, size_] = parseSliceParams(x, begin, size);
    const paddings = [];
    for (let i = 0; i < dy.rank; i++) {
      paddings.push([begin_[i], inputShape[i] - begin_[i] - size_[i]]);
    }
    return { x: () => pad3(dy, paddings) };
  }
};

var softmaxGradConfig = {
  kernelName: Softmax2,
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const [y] = saved;
    const { dim } = attrs;
    const keepDims = true;
    const dyTimesY = mul2(dy, y);
    return {
      logits: () => sub2(dyTimesY, mul2(sum2(dyTimesY, [dim], keepDims), y))
    };
  }
};

import * as tf58 from "@tensorflow/tfjs-core";
var sigmoid3 = tf58.sigmoid;

var softplusGradConfig = {
  kernelName: Softplus2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => mul2(dy, sigmoid3(x)) };
  }
};

import * as tf59 from "@tensorflow/tfjs-core";
var batchToSpaceND3 = tf59.batchToSpaceND;

var spaceToBatchNDGradConfig = {
  kernelName: SpaceToBatchND2,
  gradFunc: (dy, saved, attrs) => {
    const { blockShape, paddings } = attrs;
    return { x: () => batchToSpaceND3(dy, blockShape, paddings) };
  }
};

import * as tf60 from "@tensorflow/tfjs-core";
var concat3 = tf60.concat;

var splitVGradConfig = {
  kernelName: SplitV2,
  gradFunc: (dy, saved, attrs) => {
    const { axis } = attrs;
    return { x: () => concat3(dy, axis) };
  }
};

var sqrtGradConfig = {
  kernelName: Sqrt2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => div2(dy, mul2(sqrt2(cast2(x, "float32")), 2)) };
  }
};

var squareGradConfig = {
  kernelName: Square2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => mul2(dy, mul2(cast2(x, "float32"), 2)) };
  }
};

var squaredDifferenceGradConfig = {
  kernelName: SquaredDifference2,
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved) => {
    const [a, b] = saved;
    const two = scalar2(2);
    const derA = () => mul2(dy, mul2(two, sub2(a, b)));
    const derB = () => mul2(dy, mul2(two, sub2(b, a)));
    return { a: derA, b: derB };
  }
};

var stepGradConfig = {
  kernelName: Step2,
  gradFunc: (dy) => {
    return { x: () => zerosLike2(dy) };
  }
};

var subGradConfig = {
  kernelName: Sub2,
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved) => {
    const [a, b] = saved;
    const outShape = assertAndGetBroadcastShape(a.shape, b.shape);
    const derA = () => {
      let res = dy;
      const reduceAxes = getReductionAxes(a.shape, outShape);
      if (reduceAxes.length > 0) {
        res = sum2(res, reduceAxes);
      }
      return reshape2(res, a.shape);
    };
    const derB = () => {
      let res = dy;
      const reduceAxes = getReductionAxes(b.shape, outShape);
      if (reduceAxes.length > 0) {
        res = sum2(res, reduceAxes);
      }
      return reshape2(neg2(res), b.shape);
    };
    return { a: derA, b: derB };
  }
};

var sumGradConfig = {
  kernelName: Sum2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => {
    const [x] = saved;
    const expandedDyShape = x.shape.slice();
    const { axis } = attrs;
    const axes = parseAxisParam(axis, x.shape);
    axes.forEach((axis2) => {
      expandedDyShape[axis2] = 1;
    });
    const expandedDy = reshape2(dy, expandedDyShape);
    const derX = mul2(expandedDy, ones2(x.shape, "float32"));
    return { x: () => derX };
  }
};

var tanGradConfig = {
  kernelName: Tan2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved) => {
    const [x] = saved;
    return { x: () => div2(dy, square2(cos3(x))) };
  }
};

var tanhGradConfig = {
  kernelName: Tanh2,
  outputsToSave: [true],
  gradFunc: (dy, saved) => {
    const [y] = saved;
    return { x: () => mul2(sub2(scalar2(1), square2(y)), dy) };
  }
};

var tileGradConfig = {
  kernelName: Tile2,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => {
    const [x] = saved;
    const { reps } = attrs;
    const derX = () => {
      let xGrad = zerosLike2(x);
      if (x.rank === 1) {
        for (let i = 0; i < reps[0]; ++i) {
          xGrad = add2(xGrad, slice2(dy, [i * x.shape[0]], [x.shape[0]]));
        }
      } else if (x.rank === 2) {
        for (let i = 0; i < reps[0]; ++i) {
          for (let j = 0; j < reps[1]; ++j) {
            xGrad = add2(xGrad, slice2(dy, [i * x.shape[0], j * x.shape[1]], [
              x.shape[0],
              x.shape[1]
            ]));
          }
        }
      } else if (x.rank === 3) {
        for (let i = 0; i < reps[0]; ++i) {
          for (let j = 0; j < reps[1]; ++j) {
            for (let k = 0; k < reps[2]; ++k) {
              xGrad = add2(xGrad, slice2(dy, [i * x.shape[0], j * x.shape[1], k * x.shape[2]], [x.shape[0], x.shape[1], x.shape[2]]));
            }
          }
        }
      } else if (x.rank === 4) {
        for (let i = 0; i < reps[0]; ++i) {
          for (let j = 0; j < reps[1]; ++j) {
            for (let k = 0; k < reps[2]; ++k) {
              for (let l = 0; l < reps[3]; ++l) {
                xGrad = add2(xGrad, slice2(dy, [
                  i * x.shape[0],
                  j * x.shape[1],
                  k * x.shape[2],
                  l * x.shape[3]
                ], [x.shape[0], x.shape[1], x.shape[2], x.shape[3]]));
              }
            }
          }
        }
      } else {
        throw new Error(`Gradient for tile operation is not implemented for rank-${x.rank} tensors yet.`);
      }
      return xGrad;
    };
    return { x: derX };
  }
};

var transposeGradConfig = {
  kernelName: Transpose2,
  gradFunc: (dy, saved, attrs) => {
    const transposeAttrs = attrs;
    const { perm } = transposeAttrs;
    const undoPerm = getUndoAxesPermutation(perm);
    return { x: () => transpose2(dy, undoPerm) };
  }
};

var unpackGradConfig = {
  kernelName: Unpack2,
  gradFunc: (dy, saved, attrs) => {
    const unpackAttrs = attrs;
    const { axis } = unpackAttrs;
    return { value: () => stack2(dy, axis) };
  }
};

import * as tf61 from "@tensorflow/tfjs-core";
var expandDims3 = tf61.expandDims;

import * as tf62 from "@tensorflow/tfjs-core";
var gather3 = tf62.gather;

import * as tf63 from "@tensorflow/tfjs-core";
var maximum3 = tf63.maximum;

var unsortedSegmentSumGradConfig = {
  kernelName: UnsortedSegmentSum2,
  inputsToSave: ["segmentIds"],
  gradFunc: (dy, saved) => {
    const [segmentIds] = saved;
    const derX = () => {
      return gatherDropNegatives(dy, segmentIds);
    };
    return { x: derX };
  }
};
function gatherDropNegatives(x, indices) {
  const zeroClippedIndices = maximum3(indices, zerosLike2(indices));
  const gathered = gather3(x, zeroClippedIndices);
  let isPositive = greaterEqual2(indices, scalar2(0, "int32"));
  const numIters = gathered.rank - isPositive.rank;
  for (let i = 0; i < numIters; ++i) {
    isPositive = expandDims3(isPositive, i + 1);
  }
  isPositive = logicalAnd2(isPositive, ones2(gathered.shape, "bool"));
  const zeroSlice = zerosLike2(gathered);
  return where2(isPositive, gathered, zeroSlice);
}

var zerosLikeGradConfig = {
  kernelName: ZerosLike2,
  gradFunc: (dy) => {
    return { x: () => zerosLike2(dy) };
  }
};

import * as tf64 from "@tensorflow/tfjs-core";
var registerGradient3 = tf64.registerGradient;

var gradConfigs = [
  absGradConfig,
  acosGradConfig,
  acoshGradConfig,
  addGradConfig,
  addNGradConfig,
  argMaxGradConfig,
  argMinGradConfig,
  asinGradConfig,
  asinhGradConfig,
  atan2GradConfig,
  atanGradConfig,
  atanhGradConfig,
  avgPool3DGradConfig,
  avgPoolGradConfig,
  batchMatMulGradConfig,
  batchToSpaceNDGradConfig,
  broadcastToGradConfig,
  castGradConfig,
  ceilGradConfig,
  clipByValueGradConfig,
  complexAbsGradConfig,
  concatGradConfig,
  conv2DBackpropInputGradConfig,
  conv2DGradConfig,
  conv3DGradConfig,
  cosGradConfig,
  coshGradConfig,
  cumsumGradConfig,
  depthwiseConv2dNativeGradConfig,
  dilation2dGradConfig,
  divGradConfig,
  eluGradConfig,
  erfGradConfig,
  expGradConfig,
  expandDimsGradConfig,
  expm1GradConfig,
  floorDivGradConfig,
  floorGradConfig,
  fusedBatchNormGradConfig,
  gatherGradConfig,
  greaterEqualGradConfig,
  identityGradConfig,
  isFiniteGradConfig,
  isInfGradConfig,
  isNanGradConfig,
  leakyReluGradConfig,
  log1pGradConfig,
  logGradConfig,
  logSoftmaxGradConfig,
  lrnGradConfig,
  maxGradConfig,
  maxGradConfig,
  maximumGradConfig,
  maxPool3DGradConfig,
  maxPoolGradConfig,
  meanGradConfig,
  minGradConfig,
  minimumGradConfig,
  mirrorPadGradConfig,
  modGradConfig,
  multiplyGradConfig,
  negGradConfig,
  oneHotGradConfig,
  onesLikeGradConfig,
  packGradConfig,
  padV2GradConfig,
  padV2GradConfig,
  powGradConfig,
  preluGradConfig,
  prodGradConfig,
  reciprocalGradConfig,
  relu6GradConfig,
  reluGradConfig,
  reshapeGradConfig,
  resizeBilinearGradConfig,
  resizeNearestNeighborGradConfig,
  reverseGradConfig,
  roundGradConfig,
  rsqrtGradConfig,
  selectGradConfig,
  seluGradConfig,
  sigmoidGradConfig,
  signGradConfig,
  sinGradConfig,
  sinhGradConfig,
  sliceGradConfig,
  softmaxGradConfig,
  softplusGradConfig,
  spaceToBatchNDGradConfig,
  spaceToBatchNDGradConfig,
  splitVGradConfig,
  splitVGradConfig,
  sqrtGradConfig,
  squaredDifferenceGradConfig,
  squareGradConfig,
  stepGradConfig,
  subGradConfig,
  sumGradConfig,
  tanGradConfig,
  tanhGradConfig,
  tileGradConfig,
  transposeGradConfig,
  unpackGradConfig,
  unsortedSegmentSumGradConfig,
  zerosLikeGradConfig
];
for (const gradientConfig of gradConfigs) {
  registerGradient3(gradientConfig);
}
