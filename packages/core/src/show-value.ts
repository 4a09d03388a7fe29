/** Values of files as messages show them: JSON, but short, however large or deep they are. */

const mostItems = 8;
const mostLevels = 3;
const mostCharacters = 200;

function shorten(value: unknown, levels: number): unknown {
  if (typeof value === 'string') return value.slice(0, mostCharacters);
  if (typeof value === 'bigint') return String(value).slice(0, mostCharacters);
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return '…';
  if (Array.isArray(value)) {
    const items = value.slice(0, mostItems).map((each) => shorten(each, levels - 1));
    return value.length > mostItems ? [...items, '…'] : items;
  }
  const entries = Object.entries(value).slice(0, mostItems);
  return Object.fromEntries(
    entries.map(([key, each]) => [key.slice(0, mostCharacters), shorten(each, levels - 1)]),
  );
}

/** JSON of a value; beyond a few levels, items or characters "…". What JSON has no word for as JavaScript writes it. */
export function showValue(value: unknown): string {
  const text = JSON.stringify(shorten(value, mostLevels)) ?? String(value);
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
}
