/** What axe-core finds wrong with a page for those who do not see it or do not use a mouse. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Findings that keep people from using the page, each with the elements that it is about. */
export async function seriousFindings(page: Page): Promise<string[]> {
  const violations = await violationsOf(page);
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(described);
}

/** Findings of any weight. */
export async function allFindings(page: Page): Promise<string[]> {
  return (await violationsOf(page)).map(described);
}

async function violationsOf(page: Page): Promise<AxeResults['violations']> {
  // Evaluated by the browser's tools: the page's own policy would not let it in.
  await page.evaluate(source);
  const { violations } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    return axe.run();
  });
  return violations;
}

function described({ id, nodes }: AxeResults['violations'][number]): string {
  return `${id}: ${nodes.map(({ html }) => html).join(' ')}`;
}
