import { hostTensor } from '@mdpd/tensor/host';
import { expect, it } from 'vitest';
import { padInputs } from './pad-inputs.ts';

const ids = (values: readonly number[], shape: readonly number[]) => hostTensor(values, shape, 'int32');

it('makes inputs as long as the longest, with zeros', () => {
  const [short, long] = padInputs([
    { ids: ids([1, 2, 3, 4], [2, 2]), values: hostTensor([1, 2], [2, 1, 1]) },
    { ids: ids([5, 6, 7], [1, 3]), values: hostTensor([1, 2, 3, 4], [1, 2, 2]) },
  ]);
  expect(short!['ids']).toEqual(ids([1, 2, 0, 3, 4, 0], [2, 3]));
  expect(short!['values']).toEqual(hostTensor([1, 0, 0, 0, 2, 0, 0, 0], [2, 2, 2]));
  expect(long!['ids']).toEqual(ids([5, 6, 7], [1, 3]));
});

it('takes the longest axis by axis', () => {
  const [tall, wide] = padInputs([
    { x: hostTensor([1, 2], [1, 2, 1]) },
    { x: hostTensor([3, 4], [1, 1, 2]) },
  ]);
  expect(tall!['x']).toEqual(hostTensor([1, 0, 2, 0], [1, 2, 2]));
  expect(wide!['x']).toEqual(hostTensor([3, 4, 0, 0], [1, 2, 2]));
});

it('hands on what is as long already, whatever the number of examples', () => {
  const records = [{ x: hostTensor([1, 2], [2, 1]) }, { x: hostTensor([3], [1, 1]) }];
  const padded = padInputs(records);
  padded.forEach((record, index) => expect(record['x']).toBe(records[index]!.x));
});
