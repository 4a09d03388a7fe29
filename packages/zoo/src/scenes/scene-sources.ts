/** The generated folders by name. They are written when they are first asked for, into `runs/data`. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FolderContext, FolderSource } from '@mdpd/core';
import { writtenFolder } from '@mdpd/data/written-folder';
import { writeCaptions } from './caption-files.ts';
import { generation, sceneImages } from './scene-image.ts';
import { readme, writeScenes, type SceneCounts } from './scenes-folder.ts';
import { writeImages } from './write-images.ts';

/** `scenes-5f3a9c01`: other numbers or another generation are another folder. */
function folderName(name: string, counts: Readonly<Record<string, number>>): string {
  const hash = createHash('sha256').update(JSON.stringify([generation, counts]));
  return `${name}-${hash.digest('hex').slice(0, 8)}`;
}

/** Scenes with questions, referring expressions and captions. */
export function sceneSource(name: string, counts: SceneCounts): FolderSource {
  const { train, validation, test } = counts;
  return {
    name: `zoo:${name}`,
    description:
      `scenes of coloured shapes with questions in the files of VQA v2 and GQA, referring expressions in those of ` +
      `RefCOCO, RefCOCO+ and RefCOCOg, and captions (generated, ${train} + ${validation} + ${test} images)`,
    prepare: ({ directory, progress }: FolderContext) =>
      writtenFolder(directory, folderName(name, { ...counts }), (folder) =>
        writeScenes(folder, counts, progress),
      ),
  };
}

export interface CaptionedCounts {
  readonly train: number;
  readonly validation: number;
}

/** Other and simpler scenes with captions alone: what a backbone is pretrained on. */
export function captionedSource(name: string, counts: CaptionedCounts): FolderSource {
  const write = async (folder: string, progress: FolderContext['progress']): Promise<void> => {
    const train = sceneImages('pretraining', counts.train);
    const validation = sceneImages('pretraining validation', counts.validation);
    await writeFile(join(folder, 'README.md'), readme.replace('zoo:scenes', `zoo:${name}`));
    await writeCaptions(folder, train, 'train2014');
    await writeCaptions(folder, validation, 'val2014');
    const pathsOf = (image: (typeof train)[number]) => [`${image.folder}/${image.fileName}`];
    await writeImages(folder, [...train, ...validation], pathsOf, progress);
  };
  return {
    name: `zoo:${name}`,
    description:
      `scenes of coloured shapes with captions in the files of COCO and FOIL-COCO, for pretraining ` +
      `(generated, ${counts.train} + ${counts.validation} images)`,
    prepare: ({ directory, progress }) =>
      writtenFolder(directory, folderName(name, { ...counts }), (folder) => write(folder, progress)),
  };
}

export const scenes = sceneSource('scenes', { train: 3000, grounding: 600, validation: 500, test: 300 });
export const captionedScenes = captionedSource('captioned-scenes', { train: 20_000, validation: 1000 });
