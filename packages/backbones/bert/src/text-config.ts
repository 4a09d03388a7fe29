/** What shapes a BERT, RoBERTa or DistilBERT, and the checks that all three share. */
import { configError } from '@mdpd/core';
import { activationNames } from '@mdpd/tensor/activations';
import { z } from 'zod';

/** Largest number of float32 parameters: 16 GB. */
const MOST_PARAMETERS = 4e9;

export interface TextConfig {
  /** V, rows of the table of words. */
  readonly vocabulary: number;
  /** Rows of the table of positions. */
  readonly positions: number;
  /** Row of the first token's position; in RoBERTa, rows before it belong to padding. */
  readonly firstPosition: number;
  /** Rows of the table of token types; 0: there is none. */
  readonly types: number;
  /** Id of the padding token, whose row starts as zeros; null: none has. */
  readonly padding: number | null;
  /** D. */
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
  /** Width between the two linears of a block's MLP. */
  readonly hidden: number;
  readonly activation: string;
  readonly epsilon: number;
  readonly initializerRange: number;
  /** Whether positions start as sines instead of random numbers. */
  readonly sinusoidal: boolean;
  /** Whether the last matrix of masked language modelling is the table of words. */
  readonly tied: boolean;
}

/** N, the most tokens that the positions are enough for. */
export function mostTokens({ positions, firstPosition }: TextConfig): number {
  return positions - firstPosition;
}

export const integer = (most: number, least = 1) =>
  z.int().min(least).max(most).describe(`an integer from ${least} to ${most}`);
export const positive = (most: number) =>
  z.number().positive().max(most).describe(`a number above 0, at most ${most}`);
export const flag = () => z.boolean().describe('true or false');
export const activationName = () => z.enum(activationNames).describe(activationNames.join(', '));

/** Keys that two of the three families share, with their defaults. */
export const sharedKeys = {
  vocab_size: integer(10_000_000).default(30_522),
  max_position_embeddings: integer(1_048_576).default(512),
  initializer_range: positive(1).default(0.02),
  tie_word_embeddings: flag().default(true),
};

/** Names of the keys in which a family says its sizes, for messages. */
export interface SizeKeys {
  readonly width: string;
  readonly heads: string;
  readonly hidden: string;
  readonly blocks: string;
}

/** Checks what single keys do not show. Throws BACKBONE_CONFIG. */
export function checked(config: TextConfig, keys: SizeKeys): TextConfig {
  const { width, heads, padding, vocabulary } = config;
  if (width % heads !== 0) {
    const divisors = Array.from({ length: 64 }, (_, index) => index + 1).filter(
      (divisor) => width % divisor === 0,
    );
    throw configError(
      `${keys.width} ${width} is not divisible by ${keys.heads} ${heads}`,
      `${keys.heads} ${divisors.join(', ')}`,
    );
  }
  if (padding !== null && padding >= vocabulary) {
    throw configError(
      `pad_token_id is ${padding}, which vocab_size ${vocabulary} does not hold`,
      `pad_token_id from 0 to ${vocabulary - 1}`,
    );
  }
  const { positions, types, blocks, hidden } = config;
  const block = 4 * width * width + 2 * width * hidden;
  const parameters = blocks * block + width * (vocabulary + positions + types);
  if (parameters > MOST_PARAMETERS) {
    throw configError(
      `the sizes make a model of ${(parameters / 1e9).toFixed(1)} billion parameters`,
      `at most ${MOST_PARAMETERS / 1e9} billion: smaller ${keys.width}, ${keys.hidden}, ${keys.blocks} or vocab_size`,
    );
  }
  return config;
}
