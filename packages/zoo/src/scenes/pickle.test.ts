/** Bytes of Python 3.11: `pickletools.optimize(pickle.dumps(value, 2))`, which drops the memo. */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { toPickle } from './pickle.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

it('writes what Python writes', () => {
  const value = [
    {
      ref_id: 0,
      ann_id: 1719310,
      image_id: 300,
      split: 'train',
      neg: -1,
      box: [1.5, 2, 70000],
      one: [7],
      empty: [],
      none: {},
      single: { a: true, b: null, c: false },
      ü: { k: 'é' },
      big: 2 ** 40,
      m: -(2 ** 31),
      n: -(2 ** 33),
    },
  ];
  expect(Buffer.from(toPickle(value)).toString('hex')).toBe(
    '80025d7d2858060000007265665f69644b005806000000616e6e5f69644a0e3c1a005808000000696d6167655f69644d2c01580500000073706c69745805000000747261696e58030000006e65674affffffff5803000000626f785d28473ff80000000000004b024a701101006558030000006f6e655d4b07615805000000656d7074795d58040000006e6f6e657d580600000073696e676c657d28580100000061885801000000624e58010000006389755802000000c3bc7d58010000006b5802000000c3a97358030000006269678a0600000000000158010000006d4a0000008058010000006e8a0500000000fe75612e',
  );
});

it('writes long lists and dictionaries in batches of a thousand, as Python does', () => {
  const list = Array.from({ length: 40_001 }, (_, index) => index);
  expect(sha256(toPickle(list))).toBe('3404a93ffde6900ba1c3554132ba6115ba504b9be72fd9bdfa474cb4f9be77f5');
  const dict = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`k${index}`, index]));
  expect(sha256(toPickle(dict))).toBe('95a39c9017f7826272d0ecad939bf1b13ba5a71cebec50c004eeb0115958db85');
});
