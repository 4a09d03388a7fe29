/**
 * A real browser for pages that this project makes: Chromium, where the machine has one, without a profile of its user and without
 * anything that it would do by itself.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

/** Looked for in this order, after what CHROMIUM_PATH names. */
const usualPlaces = ['/usr/bin/chromium', '/usr/bin/google-chrome'];

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What tests without a browser are called. */
export const withoutChromium = 'no Chromium here: set CHROMIUM_PATH to one';

/** The browser's program; undefined where there is none. */
export function findChromium(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const named = environment['CHROMIUM_PATH'];
  if (named) return existsSync(named) ? named : undefined;
  return usualPlaces.find((place) => existsSync(place));
}

/** How a page is looked at. */
export interface View {
  /** In CSS pixels; default 1280 x 900. */
  readonly width?: number;
  readonly height?: number;
  /** Default: light. */
  readonly scheme?: 'light' | 'dark';
}

/** A page, and what it did that it should not have. */
export interface Watched {
  readonly page: Page;
  /** Errors and warnings of its console, and what its scripts threw. */
  readonly complaints: string[];
  /** Addresses that it asked. */
  readonly requests: string[];
}

/** A browser that is running. */
export interface Chromium {
  /** A new page with a session of its own. */
  open(view?: View): Promise<Watched>;
  close(): Promise<void>;
}

/** Starts the browser with a profile that is new, and gone when it is closed. */
export async function startChromium(program: string): Promise<Chromium> {
  const profile = mkdtempSync(path.join(tmpdir(), 'mdpd-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: program,
    headless: true,
    args: flags,
    chromiumSandbox: false,
  });
  const browser = context.browser();
  const contexts: BrowserContext[] = [];
  return {
    async open({ width = 1280, height = 900, scheme = 'light' } = {}) {
      const own = browser
        ? await browser.newContext({ viewport: { width, height }, colorScheme: scheme })
        : context;
      if (own !== context) contexts.push(own);
      return watch(await own.newPage(), { width, height, scheme });
    },
    async close() {
      for (const each of contexts) await each.close();
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function watch(page: Page, { width, height, scheme }: Required<View>): Promise<Watched> {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: scheme });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  return { page, complaints, requests };
}

/** Requests to another origin than that of `address`; what a page has made itself is none. */
export function foreignRequests(requests: readonly string[], address: string): string[] {
  const { origin } = new URL(address);
  return requests.filter((each) => !/^(?:blob|data):/u.test(each) && new URL(each).origin !== origin);
}
