import { describe, expect, it } from 'vitest';
import { controls, type ControlRun } from './card-controls.ts';
import { exampleResult } from './testing/example-result.ts';

const lora = { rank: 4, alpha: 16, targets: 'query|value' };
const mdpd = { name: 'mdpd', fade: { train: 'norm+lora+head', blocks: 'all', lora } };

const run = (method: ControlRun['method'], accuracy: number): ControlRun => ({
  method,
  result: exampleResult({
    method: method.name,
    metrics:
      method.name === 'side'
        ? { primary: 'accuracy', faded: null, side: { accuracy } }
        : { primary: 'accuracy', faded: { accuracy }, side: null },
  }),
});
const lines = (method: ControlRun['method'], others: ControlRun[] = []): string =>
  controls({ result: exampleResult({ method: method.name }), method, others }).join('\n');

it('has those that were measured, and says how to get the others', () => {
  expect(lines(mdpd, [run({ name: 'head' }, 0.5), run({ name: 'side' }, 0.81)])).toMatchInlineSnapshot(`
    "The same data, steps and seed; what a method is worth is its distance from these.

    | model | method | \`accuracy\` | trained in backbone and head |
    | --- | --- | ---: | ---: |
    | this model | \`mdpd\` | 80.1 % | 4,000 |
    | this run with its side network, kept | \`mdpd\` | 80.3 % |  |
    | head alone | \`head\` | 50.0 % | 4,000 |
    | side network, kept at inference | \`side\` | 81.0 % | 4,000 |

    Not measured beside this run; with the recipe below as \`recipe.yaml\`:

    - label-only twin: \`npx mdpd train recipe.yaml method=lora method.lora.rank=4 method.lora.alpha=16 'method.lora.targets=query|value'\`
    - every parameter: \`npx mdpd train recipe.yaml method=full\`
    "
  `);
});

describe('the label-only twin', () => {
  it('is the method with the same settings, and no other', () => {
    const twin = { name: 'lora', lora, blocks: 'all', norms: true };
    expect(lines(mdpd, [run(twin, 0.7)])).toContain('| label-only twin | `lora` | 70.0 % |');
    const other = { ...twin, lora: { ...lora, rank: 8 } };
    expect(lines(mdpd, [run(other, 0.7)])).not.toContain('70.0 %');
    const last = { ...mdpd, fade: { train: 'norm+head', blocks: 2, lora } };
    expect(lines(last, [run({ name: 'norm', blocks: 'all' }, 0.7)])).not.toContain('70.0 %');
    expect(lines(last, [run({ name: 'norm', blocks: 2 }, 0.7)])).toContain(
      '| label-only twin | `norm` | 70.0 % |',
    );
    expect(lines(last)).toContain('`npx mdpd train recipe.yaml method=norm method.blocks=2`');
  });

  it('of a head that fades is the head alone, named once', () => {
    const text = lines({ name: 'mdpd', fade: { train: 'head' } });
    expect(text).not.toContain('twin');
    expect(text.match(/method=head/g)).toHaveLength(1);
  });
});

it('a control has the others, not itself', () => {
  const text = lines({ name: 'head' });
  expect(text).toContain('| this model | `head` |');
  expect(text).not.toMatch(/method=head|twin/);
  expect(text).toContain('method=full');
});

it('shows what an answer without looking gives', () => {
  const metrics = {
    primary: 'accuracy',
    faded: { accuracy: 0.8 },
    side: null,
    baseline: { name: 'always "ant"', metrics: { accuracy: 0.25 } },
  };
  const text = controls({ result: exampleResult({ metrics }), method: mdpd, others: [] }).join('\n');
  expect(text).toContain('| without looking: `always "ant"` |  | 25.0 % |  |');
});
