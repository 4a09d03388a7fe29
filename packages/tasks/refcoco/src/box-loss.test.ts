import { readFileSync } from 'node:fs';
import { useBackend } from '@mdpd/tensor/backend';
import { valueAndGrads } from '@mdpd/tensor/vjp';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromCentre, fromRaw, overlapOf, toShares, clipBox, type Box } from './box-geometry.ts';
import { boxDistillation, boxLoss, generalizedIou } from './box-loss.ts';
import { boxMetrics, isSameBox } from './box-metrics.ts';

interface Oracle {
  readonly overlaps: {
    readonly first: Box[];
    readonly second: Box[];
    readonly iou: readonly number[];
    readonly giou: readonly number[];
  };
  readonly raw: number[][];
  readonly boxes: number[][];
  readonly teacher: number[][];
  readonly loss: number[];
  readonly gradient: number[][];
  readonly distillation: number[];
  readonly distillationGradient: number[][];
}
const oracle = JSON.parse(readFileSync(new URL('oracles/boxes.json', import.meta.url), 'utf8')) as Oracle;

beforeAll(() => useBackend('cpu'));

function ensureClose(actual: ArrayLike<number>, expected: readonly number[], within = 2e-5): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, index) => expect(Math.abs(actual[index]! - value)).toBeLessThan(within));
}

describe('overlaps', () => {
  it('are those of PyTorch', () => {
    const { first, second, iou, giou } = oracle.overlaps;
    first.forEach((box, index) => {
      const found = overlapOf(box, second[index]!);
      expect(found.iou).toBeCloseTo(iou[index]!, 12);
      expect(found.giou).toBeCloseTo(giou[index]!, 12);
      expect(overlapOf(second[index]!, box)).toEqual(found);
    });
  });

  it('of tensors are the same', () => {
    const { first, second, giou } = oracle.overlaps;
    const size = { width: 400, height: 500 };
    const shares = (boxes: readonly Box[]) => tf.tensor2d(boxes.map((box) => toShares(box, size)));
    ensureClose(generalizedIou(shares(first), shares(second)).dataSync(), giou.slice(), 1e-4);
  });
});

describe('losses', () => {
  const run = (lossOf: (raw: tf.Tensor) => tf.Tensor, raw: number[][]) => {
    const { loss, grads } = valueAndGrads(({ given }) => ({ loss: tf.sum(lossOf(given!)) }), {
      given: tf.tensor2d(raw),
    });
    return { loss: loss.dataSync()[0]!, gradient: grads['given']!.dataSync() };
  };

  it('are those of PyTorch, with their gradients', () => {
    const boxes = tf.tensor2d(oracle.boxes);
    ensureClose(boxLoss(tf.tensor2d(oracle.raw), boxes).dataSync(), oracle.loss);
    ensureClose(run((raw) => boxLoss(raw, boxes), oracle.raw).gradient, oracle.gradient.flat(), 1e-4);
  });

  it('of distillation are those of PyTorch, with their gradients', () => {
    const teacher = tf.tensor2d(oracle.teacher);
    ensureClose(boxDistillation(tf.tensor2d(oracle.raw), teacher).dataSync(), oracle.distillation);
    const { gradient } = run((raw) => boxDistillation(raw, teacher), oracle.raw);
    ensureClose(gradient, oracle.distillationGradient.flat(), 1e-4);
  });

  it('are finite where a box has no size at all, or all there is', () => {
    for (const raw of [-200, -40, 40, 200]) {
      const { loss, gradient } = run(
        (given) => boxLoss(given, tf.tensor2d([[0.5, 0.5, 0.2, 0.2]])),
        [[0, raw, raw, raw]],
      );
      expect(Number.isFinite(loss)).toBe(true);
      expect([...gradient].every(Number.isFinite)).toBe(true);
    }
  });
});

/** What the head must say for a box in shares. */
const logit = (share: number): number => Math.log(share / (1 - share));

describe('boxMetrics', () => {
  const target = (boxes: readonly Box[], parts: readonly number[]) => ({
    box: { data: Float32Array.from(boxes.flat()), shape: [boxes.length, 4], dtype: 'float32' as const },
    part: { data: Int32Array.from(parts), shape: [parts.length, 1], dtype: 'int32' as const },
  });
  const said = (boxes: readonly Box[]) => Float32Array.from(boxes.flat(), logit);

  it('count a box from an IoU of 0.5 on', () => {
    // Half as wide: the same centre, so that everything is exact in binary.
    const right: Box = [0.5, 0.5, 0.5, 0.5];
    const metrics = boxMetrics(['val']);
    metrics.add(said([[0.5, 0.5, 0.5, 0.5]]), target([[0.5, 0.5, 0.5, 0.25]], [0]), 1);
    expect(metrics.result()).toEqual({ 'precision@0.5': 1, mean_iou: 0.5, 'giou_precision@0.5': 1 });
    metrics.add(said([right]), target([[0.5, 0.5, 0.5, 0.249]], [0]), 1);
    expect(metrics.result()['precision@0.5']).toBe(0.5);
  });

  it('tell IoU from generalized IoU, by part where there are several', () => {
    // Crossing: an IoU above 0.5, a generalized one below it.
    const a: Box = [0.5, 0.5, 0.6, 0.4];
    const b: Box = [0.55, 0.57, 0.6, 0.4];
    const { iou, giou } = overlapOf(fromCentre(a), fromCentre(b));
    expect(iou).toBeGreaterThan(0.5);
    expect(giou).toBeLessThan(iou);
    const c: Box = [0.58, 0.58, 0.6, 0.4];
    const lower = overlapOf(fromCentre(a), fromCentre(c));
    expect([lower.iou >= 0.5, lower.giou >= 0.5]).toEqual([true, false]);
    const metrics = boxMetrics(['train', 'testA', 'testB']);
    metrics.add(said([a, a, a]), target([a, c, [0.9, 0.9, 0.1, 0.1]], [1, 2, 2]), 3);
    const result = metrics.result();
    expect(result['precision@0.5']).toBeCloseTo(2 / 3, 12);
    expect(result['giou_precision@0.5']).toBeCloseTo(1 / 3, 12);
    expect(result['precision@0.5_testA']).toBe(1);
    expect(result['precision@0.5_testB']).toBe(0.5);
    expect(result['giou_precision@0.5_testB']).toBe(0);
    expect(Object.keys(result).some((name) => name.endsWith('_train'))).toBe(false);
  });

  it('count NaN as not found', () => {
    const metrics = boxMetrics(['val']);
    metrics.add(Float32Array.of(NaN, 0, 0, 0), target([[0.5, 0.5, 0.5, 0.5]], [0]), 1);
    expect(metrics.result()).toEqual({ 'precision@0.5': 0, mean_iou: 0, 'giou_precision@0.5': 0 });
  });
});

describe('boxes', () => {
  it('of two models are the same from an IoU of 0.5 on', () => {
    const said = (box: Box): Float32Array => Float32Array.from(box, logit);
    const box = said([0.5, 0.5, 0.5, 0.5]);
    expect(isSameBox(box, box)).toBe(true);
    expect(isSameBox(box, said([0.5, 0.5, 0.5, 0.26]))).toBe(true);
    expect(isSameBox(said([0.5, 0.5, 0.5, 0.24]), box)).toBe(false);
    expect(isSameBox(box, Float32Array.of(NaN, 0, 0, 0))).toBe(false);
  });

  it('go to shares and back', () => {
    const size = { width: 640, height: 480 };
    const box: Box = [64, 48, 320, 120];
    const [x, y, width, height] = fromRaw(toShares(box, size).map(logit));
    ensureClose([x * 640, y * 480, width * 640, height * 480], [...box], 1e-9);
  });

  it('are clipped to the image', () => {
    expect(clipBox([-5, 2, 20, 100], { width: 10, height: 8 })).toEqual([0, 2, 10, 6]);
    expect(clipBox([20, 2, 5, 5], { width: 10, height: 8 })).toEqual([10, 2, 0, 5]);
  });
});
