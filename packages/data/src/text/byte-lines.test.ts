import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { eachLine } from './byte-lines.ts';
import { scratchFolder } from './testing/scratch-folder.ts';

const folder = scratchFolder();
afterAll(() => folder.remove());

async function linesOf(content: string | Uint8Array, mostBytes = 100): Promise<(string | undefined)[]> {
  const lines: (string | undefined)[] = [];
  const numbers: number[] = [];
  await eachLine(folder.save('x.txt', content), mostBytes, (line, number) => {
    lines.push(line && Buffer.from(line).toString('utf8'));
    numbers.push(number);
  });
  expect(numbers).toEqual(lines.map((_, index) => index + 1));
  return lines;
}

describe('eachLine', () => {
  it('ends lines at \\n and \\r\\n, and leaves a BOM out', async () => {
    expect(await linesOf('\ufeffa\r\nb\n\nc\rd\r\n')).toEqual(['a', 'b', '', 'c\rd']);
    expect(await linesOf('\ufeffa')).toEqual(['a']);
    expect(await linesOf('')).toEqual([]);
    expect(await linesOf('\n')).toEqual(['']);
  });

  it('gives nothing for lines that are too long, and goes on after them', async () => {
    const long = 'x'.repeat(11);
    expect(await linesOf(`${'y'.repeat(10)}\n${long}\nz`, 10)).toEqual(['y'.repeat(10), undefined, 'z']);
    expect(await linesOf(`\ufeff${'y'.repeat(10)}\r\n${long}\r\n`, 10)).toEqual(['y'.repeat(10), undefined]);
    expect(await linesOf(long, 10)).toEqual([undefined]);
  });

  it('puts lines together that are spread over several reads', async () => {
    const lines = [1 << 20, (1 << 20) - 1, 3 << 20, 5, 0, 1 << 20].map((length, i) =>
      String(i).repeat(length),
    );
    expect(await linesOf(lines.join('\r\n') + '\r\n', 4 << 20)).toEqual(lines);
    expect(await linesOf(lines.join('\n') + '\n', 2 << 20)).toEqual(
      lines.map((line) => (line.length > 2 << 20 ? undefined : line)),
    );
  });

  it('agrees with splitting the whole text', async () => {
    const text = fc.array(fc.constantFrom('a', 'é', '\n', '\r\n', '\t'), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, async (parts) => {
        const expected = parts.join('').split(/\r?\n/);
        if (expected.at(-1) === '') expected.pop();
        expect(await linesOf(parts.join(''))).toEqual(expected);
      }),
    );
  });
});
