import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { tinyTextBackbone } from '@mdpd/testing/fixtures/tiny-text-backbone';
import { expect, it } from 'vitest';
import { blockRange, tokenCounts } from './token-counts.ts';

const ids = (tokens: number) => ({ shape: [4, tokens] });

it('are as many as the input that a stream follows is longer or shorter', () => {
  const text = tinyTextBackbone({ tokens: 8 });
  expect(tokenCounts(text, { input_ids: ids(8), attention_mask: ids(8) })).toEqual({ text: 8 });
  expect(tokenCounts(text, { input_ids: ids(5), attention_mask: ids(5) })).toEqual({ text: 5 });
  // A stream of words and 10 others, as of an image.
  const { text: stream } = text.streams;
  const mixed = { ...text, streams: { text: { ...stream!, tokens: 18 } } };
  expect(tokenCounts(mixed, { input_ids: ids(5) })).toEqual({ text: 15 });
});

it('are those of every stream by itself', () => {
  const pair = tinyTextBackbone({ tokens: 8, decoder: 1, answer: 3 });
  expect(tokenCounts(pair, { input_ids: ids(6), decoder_input_ids: ids(2) })).toEqual({
    encoder: 6,
    decoder: 2,
  });
});

it('do not change where a stream follows nothing', () => {
  const image = tinyBackbone({ streams: 2, tokens: 5 });
  expect(tokenCounts(image, { left_values: { shape: [4, 5, 6] } })).toEqual({ left: 5, right: 7 });
});

it('belong to streams that some or all blocks change', () => {
  const pair = tinyTextBackbone({ blocks: 2, decoder: 3 });
  expect(blockRange(pair, 'encoder')).toEqual([0, 2]);
  expect(blockRange(pair, 'decoder')).toEqual([2, 5]);
  expect(blockRange(tinyBackbone({ blocks: 3 }), 'main')).toEqual([0, 3]);
});
