/** Numbers and tables as people read them. */

/** `1,234,567` */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Decimal units: 1 MB is 1,000,000 bytes. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  if (bytes >= 1e6) return `${Math.round(bytes / 1e6)} MB`;
  return `${formatCount(bytes / 1e3)} kB`;
}

/** `0.8 s`, `42 s`, `2 min 05 s`, `1 h 03 min` */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Three significant digits: `0.413 ms`, `12.3 ms`, `1,230 ms` */
export function formatMilliseconds(milliseconds: number): string {
  return `${formatSignificant(milliseconds)} ms`;
}

/** Three significant digits, no exponent. */
export function formatSignificant(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return formatCount(value);
  return value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** `83.1 %` of a share in [0, 1]. */
export function formatShare(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** Metrics that are shares, by name, are shown in per cent; others (correlations, losses) as they are. */
export function formatMetric(name: string, value: number): string {
  return isShare(name) ? formatShare(value) : value.toFixed(4);
}

export function isShare(metric: string): boolean {
  return /accuracy|f1|iou|recall|precision|agreement|exact_match|^overall$|^per\w+Type|^binary$|^open$/i.test(
    metric,
  );
}

/** Columns padded to equal width, two spaces apart; the first `left` ones are aligned left, the others right. */
export function formatTable(rows: readonly (readonly string[])[], indent = '', left = 1): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column < left ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ');
  return rows.map((row) => (indent + line(row)).trimEnd()).join('\n');
}

/** Names with their descriptions, aligned; long descriptions go on in further lines under their own column. */
export function formatList(
  rows: readonly (readonly [string, string])[],
  indent = '  ',
  columns = 100,
): string {
  const width = Math.max(0, ...rows.map(([name]) => name.length)) + 2;
  const room = Math.max(30, columns - indent.length - width);
  return rows
    .map(([name, text]) => {
      const lines = wrap(text, room);
      return lines
        .map((line, i) => (indent + (i === 0 ? name : '').padEnd(width) + line).trimEnd())
        .join('\n');
    })
    .join('\n');
}

/** Lines of at most `room` characters, broken at spaces; longer words stay whole. */
export function wrap(text: string, room: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= room) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** At most `room` characters, the end cut off. */
export function clip(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1))}…`;
}
