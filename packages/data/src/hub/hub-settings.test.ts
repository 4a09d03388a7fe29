import { homedir } from 'node:os';
import { join } from 'node:path';
import { formatError, MdpdError } from '@mdpd/core';
import { getHFHubCachePath } from '@huggingface/hub';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hubSettings } from './hub-settings.ts';

afterEach(() => vi.unstubAllEnvs());

const variables = ['HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE', 'HF_HOME', 'XDG_CACHE_HOME'];

function refusal(environment: Record<string, string>): string {
  try {
    hubSettings(environment);
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error);
    throw error;
  }
  return 'no error';
}

describe('hubSettings', () => {
  it.each<Record<string, string>>([
    {},
    { HF_HUB_CACHE: '/c', HF_HOME: '/h' },
    { HUGGINGFACE_HUB_CACHE: '/old', HF_HOME: '/h' },
    { HF_HOME: '/h', XDG_CACHE_HOME: '/x' },
    { XDG_CACHE_HOME: '/x' },
  ])('has the cache where the library of Hugging Face has it: %j', (environment) => {
    for (const name of variables) vi.stubEnv(name, environment[name]);
    expect(hubSettings(environment).cache).toBe(getHFHubCachePath());
  });

  it('knows the home of the user, as the Python library does', () => {
    expect(hubSettings({ HF_HOME: '~/hf' }).cache).toBe(join(homedir(), 'hf', 'hub'));
    expect(hubSettings({ HF_HUB_CACHE: '~' }).cache).toBe(homedir());
    expect(hubSettings({ HF_HUB_CACHE: '/~x' }).cache).toBe('/~x');
  });

  it('reads endpoint, token and offline', () => {
    expect(hubSettings({})).toMatchObject({
      endpoint: 'https://huggingface.co',
      token: undefined,
      offline: false,
    });
    const settings = hubSettings({
      HF_ENDPOINT: 'http://mirror:80/hf//',
      HF_TOKEN: ' hf_abc ',
      HF_HUB_OFFLINE: '1',
    });
    expect(settings).toMatchObject({ endpoint: 'http://mirror:80/hf', token: 'hf_abc', offline: true });
    expect(hubSettings({ HF_ENDPOINT: '', HF_TOKEN: '', HF_HUB_OFFLINE: '0' })).toEqual(hubSettings({}));
    for (const value of ['ON', 'yes', 'True'])
      expect(hubSettings({ HF_HUB_OFFLINE: value }).offline).toBe(true);
    expect(hubSettings({}, true).offline).toBe(true);
  });

  it('refuses what is no address, and never shows a token', () => {
    for (const endpoint of ['huggingface.co', 'ftp://x', 'https://x?y', 'https://']) {
      expect(refusal({ HF_ENDPOINT: endpoint })).toBe(
        `error HUB_SETTING at environment variable HF_ENDPOINT\n  HF_ENDPOINT is "${endpoint}"\n` +
          '  allowed: an address such as https://huggingface.co',
      );
    }
    expect(refusal({ HF_TOKEN: 'secret' })).toBe(
      'error HUB_SETTING at environment variable HF_TOKEN\n  HF_TOKEN is no access token\n' +
        '  allowed: a token that begins with hf_, from https://huggingface.co/settings/tokens; or nothing',
    );
  });
});
