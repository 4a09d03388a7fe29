/** What the bench needs to know of a family of backbones. */
import type { BackboneProvider, HostRecord, JsonObject, RandomSource } from '@mdpd/core';
import type { ModelShape } from '../shapes.ts';

export interface BenchFamily<Shape extends ModelShape = ModelShape> {
  readonly provider: BackboneProvider;
  /** config.json of a backbone of the shape. */
  config(shape: Shape): JsonObject;
  /** Inputs of `size` examples. */
  input(shape: Shape, size: number, random: RandomSource): HostRecord;
  /** Every dimension different, so that none can be taken for another: what steps are compared with PyTorch's on. */
  readonly small: Shape;
}
