/** Under what terms the starting model stands, as its own card says: mdpd does not know, and does not guess. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { readText } from './files.ts';

const mostBytes = 1_000_000;
/** The Hub's names of licenses are short words. */
const name = z.string().regex(/^[a-z0-9][a-z0-9.+-]{0,63}$/);

/** Keys of the Hub; `license_name` and `license_link` go with `license: other`. */
export const licenseSchema = z.object({
  license: name,
  license_name: z.string().max(200).optional(),
  license_link: z.string().max(1000).optional(),
});

/** What the card of the starting model says. */
export interface CardLicense {
  readonly metadata: z.infer<typeof licenseSchema>;
}

/** Undefined where there is no card, or none that says so in a word. */
export function licenseOf(folder: string | undefined): CardLicense | undefined {
  const card = folder === undefined ? undefined : path.join(folder, 'README.md');
  if (card === undefined || !existsSync(card)) return undefined;
  try {
    const front = /^---\r?\n([^]*?)\r?\n---(\r?\n|$)/.exec(readText(card, mostBytes))?.[1];
    const parsed = licenseSchema.safeParse(
      parseDocument(front ?? '', { logLevel: 'error' }).toJS({ maxAliasCount: 0 }),
    );
    return parsed.success ? { metadata: parsed.data } : undefined;
  } catch {
    // A card that cannot be read says nothing.
    return undefined;
  }
}
