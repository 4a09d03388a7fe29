/** What distinguishes the three families from each other. */
import type { Head, HeadKind, JsonObject } from '@mdpd/core';
import type { TensorNames } from './tensor-names.ts';
import type { TextConfig } from './text-config.ts';

export interface Family {
  /** Of the provider; also the value of `model_type`. */
  readonly name: string;
  readonly description: string;
  readonly names: TensorNames;
  /** Throws BACKBONE_CONFIG. */
  readConfig(json: JsonObject): TextConfig;
  head(config: TextConfig, kind: HeadKind, outputs: number): TextHead | undefined;
  canonicalName(name: string): string | null;
}

export interface TextHead extends Head {
  /** Decides the loss that Hugging Face uses when it trains the saved model further. */
  readonly kind: HeadKind;
  /** C. */
  readonly outputs: number;
}
