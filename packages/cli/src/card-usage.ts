/** How to use a model, as its card says: commands and programs that run as they stand. */
import type { HeadKind } from '@mdpd/core';
import type { InputKind } from '@mdpd/report/result';
import { hasClass, pipelineOf } from './card-metadata.ts';
import { fenced, inlineCode } from './card-text.ts';

/** What tells how a model is asked. */
export interface UsageFacts {
  /** Hugging Face class. */
  readonly architecture: string;
  readonly kind: HeadKind;
  readonly input: InputKind;
  /** Packages with its task and backbone. */
  readonly packages: readonly string[];
}

/** Pipelines that Python's `transformers` and Transformers.js both have. */
const common: readonly string[] = ['image-classification', 'text-classification', 'fill-mask'];

/** The lines of the section. */
export function usage(facts: UsageFacts): string[] {
  return [
    `Everything below runs in the folder of this file${needs(facts.input)}.\n`,
    '### mdpd\n',
    fenced('sh', ['npm install', '@mdpd/cli', ...facts.packages.filter(isPackage)].join(' ')),
    fenced('sh', `npx mdpd predict . ${typed(facts)}`),
    '### Python\n',
    ...python(facts),
    '### Transformers.js\n',
    ...transformersJs(facts),
  ];
}

function needs(input: InputKind): string {
  return input === 'text' ? '' : '; put an image of yours beside it as `image.png`';
}

/** What the shell reads as one word. */
function isPackage(name: string): boolean {
  return /^(@[\w.-]+\/)?\w[\w.-]*$/.test(name);
}

/** An input, as the shell has it. */
function typed({ architecture, kind, input }: UsageFacts): string {
  if (kind === 'maskedLm') return `"some ${/^Roberta/.test(architecture) ? '<mask>' : '[MASK]'} text"`;
  return { image: 'image.png', text: '"some text"', imageText: '"image.png some text"' }[input];
}

function python(facts: UsageFacts): string[] {
  const { architecture, kind } = facts;
  if (!hasClass(facts))
    return [
      `\`transformers\` has no class with this head; ${inlineCode(architecture)} reads the other tensors.\n`,
    ];
  const pipeline = pipelineOf(architecture);
  const asked =
    pipeline === 'fill-mask'
      ? 'f"some {predict.tokenizer.mask_token} text"'
      : pipeline === 'image-classification'
        ? '"image.png"'
        : '"some text"';
  // A score is no logit: no function belongs on it.
  const options = kind === 'regression' ? ', function_to_apply="none"' : '';
  if (pipeline !== undefined && common.includes(pipeline))
    return [
      fenced(
        'python',
        `from transformers import pipeline\n\npredict = pipeline("${pipeline}", model=".")\nprint(predict(${asked}${options}))`,
      ),
    ];
  return [fenced('python', programs[architecture] ?? loadOnly(architecture))];
}

/** Programs for classes without a pipeline. */
const programs: Readonly<Record<string, string>> = {
  T5ForConditionalGeneration: `from transformers import AutoTokenizer, T5ForConditionalGeneration

tokenizer = AutoTokenizer.from_pretrained(".")
model = T5ForConditionalGeneration.from_pretrained(".")
answer = model.generate(**tokenizer("some text", return_tensors="pt"))
print(tokenizer.decode(answer[0], skip_special_tokens=True))`,
  ViltForQuestionAnswering: `from PIL import Image
from transformers import AutoImageProcessor, AutoTokenizer, ViltForQuestionAnswering

processor = AutoImageProcessor.from_pretrained(".")
tokenizer = AutoTokenizer.from_pretrained(".")
model = ViltForQuestionAnswering.from_pretrained(".")
image = processor(Image.open("image.png").convert("RGB"), return_tensors="pt")
logits = model(**image, **tokenizer("some text", return_tensors="pt")).logits
print(model.config.id2label[logits.argmax(-1).item()])`,
};

function loadOnly(architecture: string): string {
  return `from transformers import ${architecture}\n\nmodel = ${architecture}.from_pretrained(".")`;
}

function transformersJs({ architecture, kind }: UsageFacts): string[] {
  const pipeline = pipelineOf(architecture);
  if (pipeline === undefined || !common.includes(pipeline) || kind === 'regression')
    return [
      'Its pipelines do not run this model; ONNX Runtime does, with the file that `npx mdpd export .` writes.\n',
    ];
  const asked =
    pipeline === 'fill-mask'
      ? '`some ${predict.tokenizer.mask_token} text`'
      : pipeline === 'image-classification'
        ? "'image.png'"
        : "'some text'";
  return [
    'It reads `onnx/model.onnx`, which is not there until `mdpd export` has written it:\n',
    fenced('sh', 'npx mdpd export .'),
    fenced('sh', 'npm install @huggingface/transformers'),
    fenced(
      'js',
      `import { env, pipeline } from '@huggingface/transformers';

env.allowRemoteModels = false;
const predict = await pipeline('${pipeline}', '.', { dtype: 'fp32' });
console.log(await predict(${asked}));`,
    ),
  ];
}
