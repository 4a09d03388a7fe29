/** The kinds of plugin that can be started. */
export const kinds = ['task', 'backbone', 'method'] as const;

export type Kind = (typeof kinds)[number];

export function isKind(value: string): value is Kind {
  return (kinds as readonly string[]).includes(value);
}
