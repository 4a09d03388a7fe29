/** Checks of a CLIP's configuration that single keys do not show. */
import { configError } from '@mdpd/core';
import type { ClipConfig, ImageConfig, TextConfig, TowerConfig } from './clip-config.ts';

/** Largest number of float32 parameters: 16 GB. */
const MOST_PARAMETERS = 4e9;
const MOST_TOKENS = 65_536;

/** The configuration. Throws BACKBONE_CONFIG. */
export function checked(config: ClipConfig): ClipConfig {
  checkHeads('text_config', config.text);
  checkHeads('vision_config', config.image);
  checkEnd(config.text);
  checkPatches(config.image);
  checkSize(config);
  return config;
}

function checkHeads(section: string, { width, heads }: TowerConfig): void {
  if (width % heads === 0) return;
  const divisors = Array.from({ length: 64 }, (_, index) => index + 1).filter(
    (divisor) => width % divisor === 0,
  );
  throw configError(
    `${section}: hidden_size ${width} is not divisible by num_attention_heads ${heads}`,
    `num_attention_heads ${divisors.join(', ')}`,
  );
}

/** Texts are pooled at their end: without one, every text would be pooled at its first token, which sees nothing else. */
function checkEnd({ end, vocabulary }: TextConfig): void {
  if (end < vocabulary) return;
  throw configError(
    `text_config.eos_token_id is ${end}, which vocab_size ${vocabulary} does not hold`,
    `eos_token_id from 0 to ${vocabulary - 1}; 2 means the largest id of a text`,
    'take the id of <|endoftext|> of the tokenizer',
  );
}

function checkPatches({ size, patch }: ImageConfig): void {
  if (size % patch === 0) return;
  const below = Math.floor(size / patch) * patch;
  const near = [below, below + patch].filter((each) => each > 0);
  throw configError(
    `vision_config: image_size ${size} is not divisible by patch_size ${patch}`,
    `a multiple of ${patch}, such as ${near.join(' or ')}`,
  );
}

function checkSize({ text, image, projection }: ClipConfig): void {
  const tokens = image.grid ** 2 + 1;
  if (tokens > MOST_TOKENS) {
    throw configError(
      `vision_config: image_size and patch_size make ${tokens} tokens`,
      `at most ${MOST_TOKENS} tokens: smaller image_size or larger patch_size`,
    );
  }
  const blocks = [text, image].map(
    (tower) => tower.blocks * tower.width * (4 * tower.width + 2 * tower.hidden),
  );
  const rows = [text.vocabulary + text.tokens, image.channels * image.patch ** 2 + tokens];
  const parameters = [text, image].reduce(
    (sum, { width }, index) => sum + blocks[index]! + width * (rows[index]! + projection),
    0,
  );
  if (parameters <= MOST_PARAMETERS) return;
  throw configError(
    `the sizes make a model of ${(parameters / 1e9).toFixed(1)} billion parameters`,
    `at most ${MOST_PARAMETERS / 1e9} billion: ` +
      'smaller hidden_size, intermediate_size, num_hidden_layers, vocab_size or projection_dim',
  );
}
