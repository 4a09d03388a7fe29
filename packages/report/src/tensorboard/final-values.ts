/** What TensorBoard is shown of a finished run: its result, and examples of the test split. */
import { formatShare } from '../format.ts';
import type { Result } from '../result.ts';
import type { ShownExampleRecord, ShownExamples } from '../shown-examples.ts';
import type { ScalarValue, SummaryValue } from './event.ts';
import { escaped } from './markdown.ts';
import { pngSize } from './png-size.ts';
import { scalars } from './record-values.ts';

/** Any image file as PNG, the one kind that TensorBoard surely shows; undefined where it is no image. */
export type ToPng = (image: Uint8Array) => Promise<Uint8Array | undefined>;

/** `result/fadeGap`, …: what the last evaluations have not said. */
export function resultValues({
  fadeGap,
  agreement,
  parameters,
  memory,
  time,
  inference,
}: Result): ScalarValue[] {
  return scalars([
    ['result/fadeGap', fadeGap],
    ['result/agreement', agreement],
    ['result/parameters/trainedInBackbone', parameters.trainedInBackbone],
    ['result/parameters/side', parameters.side],
    ['result/parameters/inference', parameters.inference],
    ['result/peakRssBytes', memory.peakRssBytes],
    ['result/totalSeconds', time.totalSeconds],
    ['result/secondsPerStep', time.secondsPerStep],
    ['result/fadedMs', inference.fadedMs],
    ['result/sideMs', inference.sideMs],
  ]);
}

/** `examples/wrong/17`: images, and texts where there are none. */
export async function exampleValues({ shown }: ShownExamples, toPng: ToPng): Promise<SummaryValue[]> {
  const values: SummaryValue[] = [];
  for (const example of shown) {
    const tag = `examples/${example.kind}/${example.index}`;
    const markdown = description(example);
    const bytes = example.image && (await toPng(bytesOf(example.image.source)));
    const size = bytes && pngSize(bytes);
    values.push(
      bytes && size
        ? { kind: 'image', tag, ...size, bytes, markdown }
        : { kind: 'text', tag, markdown: markdown || '(nothing)' },
    );
  }
  return values;
}

/** The content of `data:image/webp;base64,…`. */
function bytesOf(source: string): Uint8Array {
  return Buffer.from(source.slice(source.indexOf(',') + 1), 'base64');
}

function description({ texts = [], expected, faded, side }: ShownExampleRecord): string {
  const said = [
    ['expected', expected && { value: expected }],
    ['faded model', faded],
    ['with side network', side],
  ] as const;
  const lines = said.flatMap(([who, prediction]) => {
    if (!prediction) return [];
    const share = 'probability' in prediction ? prediction.probability : undefined;
    const sure = share === undefined ? '' : ` (${formatShare(share)})`;
    return [`- ${who}: ${escaped(prediction.value)}${sure}`];
  });
  return [...texts.map(escaped), lines.join('\n')].filter((part) => part !== '').join('\n\n');
}
