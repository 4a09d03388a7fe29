/** Scenes as somebody's own data: PNG files, a table of questions, and boxes by line. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { QuestionChooser } from '../scenes/choose-questions.ts';
import { expressionsOf } from '../scenes/expressions.ts';
import { sceneSvg } from '../scenes/render.ts';
import { sceneImages } from '../scenes/scene-image.ts';

const cell = (text: string): string => (/[",\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * Writes `photos/1.png` and so on, `questions.csv` (image, question, answer), the same as `questions.jsonl`, and
 * `boxes.jsonl` (image, expression, bbox as x, y, width, height).
 */
export async function writeOwnScenes(folder: string, count: number): Promise<void> {
  await mkdir(join(folder, 'photos'), { recursive: true });
  const chooser = new QuestionChooser();
  const questions: { image: string; question: string; answer: string }[] = [];
  const boxes: { image: string; expression: string; bbox: readonly number[] }[] = [];
  for (const [index, { scene, random }] of sceneImages('train', count).entries()) {
    const image = `photos/${index + 1}.png`;
    await sharp(Buffer.from(sceneSvg(scene)))
      .flatten()
      .png()
      .toFile(join(folder, image));
    for (const { text, answer } of chooser.choose(random.fork('questions'), scene))
      questions.push({ image, question: text, answer });
    const words = random.fork('refcoco');
    for (const object of scene.objects) {
      for (const expression of expressionsOf(words, scene, object, 'refcoco', 2))
        boxes.push({ image, expression, bbox: object.box });
    }
  }
  const rows = questions.map(({ image, question, answer }) => [image, question, answer].map(cell).join(','));
  await writeFile(join(folder, 'questions.csv'), `image,question,answer\n${rows.join('\n')}\n`);
  const lines = (all: readonly object[]): string => all.map((each) => `${JSON.stringify(each)}\n`).join('');
  await writeFile(join(folder, 'questions.jsonl'), lines(questions));
  await writeFile(join(folder, 'boxes.jsonl'), lines(boxes));
}
