import { describe, expect, it } from 'vitest';
import { foldersOf, parquetFiles, splitsIn } from './parquet-files.ts';

const glue = [
  'README.md',
  'ax/test-00000-of-00001.parquet',
  'mnli/train-00000-of-00001.parquet',
  'mnli/validation_matched-00000-of-00001.parquet',
  'mnli_matched/validation-00000-of-00001.parquet',
  'sst2/train-00000-of-00001.parquet',
];
const converted = ['sst2/train/0001.parquet', 'sst2/train/0000.parquet', 'sst2/test/0000.parquet'];

describe('parquetFiles', () => {
  it('finds a split on the main branch', () => {
    expect(parquetFiles(glue, { config: 'sst2', split: 'train' })).toEqual([
      'sst2/train-00000-of-00001.parquet',
    ]);
    expect(parquetFiles(glue, { config: 'mnli', split: 'validation_matched' })).toEqual([
      'mnli/validation_matched-00000-of-00001.parquet',
    ]);
    expect(parquetFiles(glue, { config: 'mnli', split: 'validation' })).toBeUndefined();
    expect(parquetFiles(glue, { config: 'cola', split: 'train' })).toBeUndefined();
  });

  it('finds a split that the hub converted', () => {
    expect(parquetFiles(converted, { config: 'sst2', split: 'train' })).toEqual([
      'sst2/train/0000.parquet',
      'sst2/train/0001.parquet',
    ]);
  });

  it('finds all parts of a split, in order, or none', () => {
    const parts = [
      'data/train-00001-of-00002-0123456789abcdef.parquet',
      'data/train-00000-of-00002-fedcba9876543210.parquet',
    ];
    expect(parquetFiles(parts, { config: 'default', split: 'train' })).toEqual([...parts].reverse());
    expect(parquetFiles(parts.slice(0, 1), { config: 'default', split: 'train' })).toBeUndefined();
    expect(parquetFiles(parts.slice(1), { config: 'default', split: 'train' })).toBeUndefined();
    expect(parquetFiles(['c/t/0001.parquet'], { config: 'c', split: 't' })).toBeUndefined();
    expect(
      parquetFiles(['c/t-00000-of-00002.parquet', 'c/t-00001-of-00003.parquet'], { config: 'c', split: 't' }),
    ).toBeUndefined();
    expect(parquetFiles(parts, { config: 'other', split: 'train' })).toBeUndefined();
  });

  it('says which splits there are', () => {
    expect(splitsIn(glue, 'mnli')).toEqual(['train', 'validation_matched']);
    expect(splitsIn(converted, 'sst2')).toEqual(['train', 'test']);
    expect(splitsIn(glue, 'x')).toEqual([]);
    expect([foldersOf('sst2'), foldersOf('default')]).toEqual([['sst2'], ['default', 'data']]);
  });
});
