/** Checks of a ViLT's configuration that single keys do not show. */
import { configError } from '@mdpd/core';
import type { ViltConfig } from './vilt-config.ts';

/** Largest number of float32 parameters: 16 GB. */
const MOST_PARAMETERS = 4e9;
const MOST_TOKENS = 65_536;

/** The configuration. Throws BACKBONE_CONFIG. */
export function checked(config: ViltConfig): ViltConfig {
  checkHeads(config);
  checkPadding(config);
  checkPatches(config);
  checkSize(config);
  return config;
}

function checkHeads({ width, heads }: ViltConfig): void {
  if (width % heads === 0) return;
  const divisors = Array.from({ length: 64 }, (_, index) => index + 1).filter(
    (divisor) => width % divisor === 0,
  );
  throw configError(
    `hidden_size ${width} is not divisible by num_attention_heads ${heads}`,
    `num_attention_heads ${divisors.join(', ')}`,
  );
}

function checkPadding({ padding, vocabulary }: ViltConfig): void {
  if (padding === null || padding < vocabulary) return;
  throw configError(
    `pad_token_id is ${padding}, which vocab_size ${vocabulary} does not hold`,
    `pad_token_id from 0 to ${vocabulary - 1}, or null`,
  );
}

function checkPatches({ patch, positions, canvas, grid, mostPatches }: ViltConfig): void {
  checkMultiple('image_size', positions * patch, patch);
  checkMultiple('mdpd.canvas height', canvas[0], patch);
  checkMultiple('mdpd.canvas width', canvas[1], patch);
  const patches = grid.rows * grid.columns;
  if (mostPatches < 0 || mostPatches >= patches) return;
  throw configError(
    `max_image_length is ${mostPatches}, with which transformers takes random ones of ${patches} patches`,
    `-1 (all patches), or at least ${patches}`,
  );
}

function checkMultiple(key: string, length: number, patch: number): void {
  if (length % patch === 0) return;
  const below = Math.floor(length / patch) * patch;
  const near = [below, below + patch].filter((each) => each > 0);
  throw configError(
    `${key} ${length} is not divisible by patch_size ${patch}`,
    `a multiple of ${patch}, such as ${near.join(' or ')}`,
  );
}

function checkSize(config: ViltConfig): void {
  const { width, blocks, hidden, channels, patch, positions, vocabulary, textTokens, types } = config;
  const tokens = config.grid.rows * config.grid.columns + 1 + textTokens;
  if (tokens > MOST_TOKENS) {
    throw configError(
      `image_size (or mdpd.canvas), patch_size and max_position_embeddings make ${tokens} tokens`,
      `at most ${MOST_TOKENS} tokens: a smaller image, or larger patch_size`,
    );
  }
  const block = 4 * width * width + 2 * width * hidden;
  const rows = vocabulary + textTokens + types + positions * positions + channels * patch * patch;
  const parameters = blocks * block + width * rows;
  if (parameters > MOST_PARAMETERS) {
    throw configError(
      `the sizes make a model of ${(parameters / 1e9).toFixed(1)} billion parameters`,
      `at most ${MOST_PARAMETERS / 1e9} billion: ` +
        'smaller hidden_size, intermediate_size, num_hidden_layers or vocab_size',
    );
  }
}
