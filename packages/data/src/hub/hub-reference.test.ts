import { formatError, MdpdError } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { formatHubReference, isCommit, isHubReference, parseHubReference } from './hub-reference.ts';

function refusal(text: string): string {
  try {
    parseHubReference(text, 'recipe.yaml:3:11');
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error);
    throw error;
  }
  return 'no error';
}

describe('parseHubReference', () => {
  it.each([
    ['hub:google-bert/bert-base-uncased', { repository: 'google-bert/bert-base-uncased' }],
    ['hub:gpt2', { repository: 'gpt2' }],
    ['hub:a/b@main', { repository: 'a/b', revision: 'main' }],
    ['hub:a/b@refs/pr/9', { repository: 'a/b', revision: 'refs/pr/9' }],
    ['hub:A.b_c/D-e.f@v1.0+x', { repository: 'A.b_c/D-e.f', revision: 'v1.0+x' }],
  ])('reads %s, and writes it again', (text, expected) => {
    expect(parseHubReference(text)).toEqual(expected);
    expect(formatHubReference(expected)).toBe(text);
    expect(isHubReference(text)).toBe(true);
  });

  it.each([
    'hub:',
    'hub:@main',
    'hub:a/b@',
    'hub:a/b/c',
    'hub:/b',
    'hub:a/',
    'hub:../b',
    'hub:a/..',
    'hub:a/b..c',
    'hub:a/.b',
    'hub:a/-b',
    'hub:a--b/c',
    'hub:a/b c',
    'hub:a\\b',
    'hub:a/b.git',
    'hub:a/b@../main',
    'hub:a/b@refs/../x',
    'hub:a/b@/main',
    'hub:a/b@a//b',
    'hub:a/b@a\\b',
    'hub:a/b@C:x',
    'hub:a/b@a b',
    'hub:a/b@a\u0000',
    'hub:a/b@main@x',
    `hub:a/${'b'.repeat(100)}`,
    'zoo:tiny-vit',
    'a/b',
  ])('refuses %j', (text) => {
    expect(refusal(text)).toBe(
      `error HUB_REFERENCE at recipe.yaml:3:11\n  "${text}" names no repository of the Hugging Face Hub\n` +
        '  allowed: hub:ORGANIZATION/NAME, or hub:ORGANIZATION/NAME@REVISION with a branch, tag or commit',
    );
  });

  it('knows commits', () => {
    expect(isCommit('0123456789abcdef0123456789abcdef01234567')).toBe(true);
    expect(['main', 'a'.repeat(39), 'A'.repeat(40), undefined].map(isCommit)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
