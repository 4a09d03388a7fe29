import { expect, it } from 'vitest';
import { usage, type UsageFacts } from './card-usage.ts';

const facts: UsageFacts = {
  architecture: 'ViTForImageClassification',
  kind: 'classification',
  input: 'image',
  packages: ['@mdpd/task-vtab', '@mdpd/backbone-vit'],
};
const text = (changes: Partial<UsageFacts>): string => usage({ ...facts, ...changes }).join('\n');

it('masks words as the tokenizer of each family wants it', () => {
  const bert = text({ architecture: 'BertForMaskedLM', kind: 'maskedLm', input: 'text' });
  expect(bert).toContain('npx mdpd predict . "some [MASK] text"');
  expect(bert).toContain('pipeline("fill-mask", model=".")');
  const roberta = text({ architecture: 'RobertaForMaskedLM', kind: 'maskedLm', input: 'text' });
  expect(roberta).toContain('npx mdpd predict . "some <mask> text"');
});

it('loads classes without a pipeline by name, and names those that have no head', () => {
  const t5 = text({ architecture: 'T5ForConditionalGeneration', kind: 'seq2seq', input: 'text' });
  expect(t5).toContain('model.generate(');
  expect(t5).toContain('Its pipelines do not run this model');
  const words = text({ architecture: 'ViltForMaskedLM', kind: 'maskedLm', input: 'imageText' });
  expect(words).toContain('model = ViltForMaskedLM.from_pretrained(".")');
  const box = text({ architecture: 'ViltModel', kind: 'box', input: 'imageText' });
  expect(box).toContain('`transformers` has no class with this head; `ViltModel` reads the other tensors.');
  expect(box).toContain('npx mdpd predict . "image.png some text"');
});

it('lets the name of no plugin reach the shell', () => {
  const shown = text({ packages: ['my-task', '@me/my.task', '; rm -rf ~', '--force', '../task', 'a b'] });
  expect(shown).toContain('npm install @mdpd/cli my-task @me/my.task\n');
});
