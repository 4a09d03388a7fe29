/** Values of strangers in a page. */

/** JSON as it may stand in a `<script type="application/json">`: nothing in it can end that. */
export function escapeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
