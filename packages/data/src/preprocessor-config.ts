/** Reads and writes preprocessor_config.json, and the presets that replace it. */
import { MdpdError, type JsonObject, type JsonValue } from '@mdpd/core';
import { resampleFilters, type ResampleCode } from './resample.ts';

/** `checkpoint`: as the backbone's preprocessor_config.json says; the others as VTAB-1k papers do. */
export const preprocessingPresets = ['checkpoint', 'imagenet', 'inception'] as const;
/** Where size and normalisation come from. */
export type PreprocessingPreset = (typeof preprocessingPresets)[number];

/** Everything that turns a decoded image into the backbone's input [C, H, W]. */
export interface Preprocessing {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  /**
   * Size before the centre crop to H x W: of both sides (mostly H x W itself), or of the shorter one; or, where images
   * keep their shape and lie in the corner of a canvas of H x W (ViLT), how they fit on it.
   */
  readonly resize:
    { readonly height: number; readonly width: number } | { readonly shortestEdge: number } | Fit;
  readonly resample: ResampleCode;
  readonly rescaleFactor: number;
  /** By channel, after rescaling. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** As ViltImageProcessor: no crop; what is not image of H x W is 0, and `pixel_mask` says so. */
export interface Fit {
  /** Of the shorter side, in pixels, unless the longer one would be above 1333/800 of it. */
  readonly shortestEdge: number;
  /** Both sides are rounded down to multiples of it. */
  readonly divisor: number;
}

/** How images lie on a canvas; undefined where they fill it. */
export function fitOf({ resize }: Pick<Preprocessing, 'resize'>): Fit | undefined {
  return 'divisor' in resize ? resize : undefined;
}

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const half = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
const place = 'preprocessor_config.json';

function reject(key: string, value: JsonValue | undefined, allowed: string): never {
  throw new MdpdError('PREPROCESSOR_CONFIG', `"${key}" is ${JSON.stringify(value)}`, { place, allowed });
}

function readFlag(config: JsonObject, key: string, absent: boolean): boolean {
  const value = config[key] ?? absent;
  return typeof value === 'boolean' ? value : reject(key, value, 'true or false');
}

function isSide(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 16384;
}

/** `size` and `crop_size`: an integer, { height, width } or { shortest_edge }. */
function readSize(config: JsonObject, key: string): { shortest?: number; height?: number; width?: number } {
  const value = config[key];
  const allowed = 'a side in pixels, {"height", "width"} or {"shortest_edge"}';
  if (value === undefined || value === null) return {};
  if (isSide(value)) return { height: value, width: value };
  if (typeof value !== 'object' || Array.isArray(value)) return reject(key, value, allowed);
  const { height, width, shortest_edge: shortest } = value;
  if (isSide(height) && isSide(width)) return { height, width };
  if (isSide(shortest) && value.longest_edge === undefined) return { shortest };
  return reject(key, value, allowed);
}

function readChannels(
  config: JsonObject,
  key: string,
  channels: number,
  absent: readonly number[],
): number[] {
  const value = config[key] ?? [...absent];
  const list = Array.isArray(value) ? value : [value];
  const valid = list.every((entry) => typeof entry === 'number' && Number.isFinite(entry));
  if (!valid || (list.length !== channels && list.length !== 1)) {
    return reject(key, value, `${channels} numbers, one for each channel`);
  }
  const numbers = list as number[];
  if (key === 'image_std' && numbers.some((std) => std <= 0)) return reject(key, value, 'numbers above 0');
  return Array.from({ length: channels }, (_, c) => numbers[numbers.length === 1 ? 0 : c]!);
}

function readResample(config: JsonObject): ResampleCode {
  const value = config.resample ?? 2;
  if (typeof value === 'number' && Object.hasOwn(resampleFilters, value)) return value as ResampleCode;
  const codes = Object.entries(resampleFilters).map(([code, name]) => `${code} (${name})`);
  return reject('resample', value, codes.join(', '));
}

function readRescale(config: JsonObject): number {
  if (!readFlag(config, 'do_rescale', true)) return 1;
  const value = config.rescale_factor ?? 1 / 255;
  const valid = typeof value === 'number' && Number.isFinite(value) && value > 0;
  return valid ? value : reject('rescale_factor', value, 'a number above 0');
}

interface InputShape {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
}

/** C, H, W of the backbone's input. Throws BACKBONE_INPUT where it does not read images of 1 or 3 channels. */
export function imageInputShape(shape: readonly number[] | undefined): InputShape {
  const [channels, height, width] = shape ?? [];
  if (shape?.length !== 3 || (channels !== 1 && channels !== 3) || !isSide(height) || !isSide(width)) {
    throw new MdpdError(
      'BACKBONE_INPUT',
      `the backbone does not read images: pixel_values is [${shape?.join(', ') ?? ''}]`,
      {
        allowed: 'pixel_values of [1 or 3, height, width]',
        exitCode: 2,
      },
    );
  }
  return { channels, height, width };
}

/**
 * Size before the crop. The crop is always the backbone's input; where the file crops to another size, the size
 * before it keeps its proportion.
 */
function readResize(config: JsonObject, input: InputShape): Preprocessing['resize'] {
  const direct = { height: input.height, width: input.width };
  const cropped = readFlag(config, 'do_center_crop', false);
  const size = readSize(config, 'size');
  const crop = cropped ? readSize(config, 'crop_size') : {};
  const enlarge = {
    height: input.height / (crop.height ?? input.height),
    width: input.width / (crop.width ?? input.width),
  };
  const shortest = size.shortest ?? (meansShorterSide(config) ? size.height : undefined);
  if (shortest !== undefined) {
    const needed = Math.max(input.height, input.width);
    return { shortestEdge: Math.max(needed, Math.round(shortest * Math.max(enlarge.height, enlarge.width))) };
  }
  if (!cropped || size.height === undefined || size.width === undefined || crop.height === undefined)
    return direct;
  return {
    height: Math.max(input.height, Math.round(size.height * enlarge.height)),
    width: Math.max(input.width, Math.round(size.width * enlarge.width)),
  };
}

/** CLIP's processors read an integer `size` as the shorter side, all others as both sides. */
function meansShorterSide(config: JsonObject): boolean {
  const type = config.image_processor_type ?? config.feature_extractor_type;
  return typeof config.size === 'number' && typeof type === 'string' && type.startsWith('CLIP');
}

/** The file's own resize target, to tell the user where the backbone's input overrides it. */
function differingSize(config: JsonObject, input: InputShape): string | undefined {
  const cropped = readFlag(config, 'do_center_crop', false);
  const { height, width } = readSize(config, cropped ? 'crop_size' : 'size');
  if (height === undefined || (height === input.height && width === input.width)) return undefined;
  return `${place} asks for ${height} x ${width} pixels, the backbone reads ${input.height} x ${input.width}: that is used`;
}

/** ViltImageProcessor's `size` and `size_divisor`, with its defaults; undefined where `size` says both sides. */
function readFit(config: JsonObject): Fit | undefined {
  const { size_divisor: divisor = 32 } = config;
  const { shortest, height, width } = readSize(config, 'size');
  const edge = shortest ?? (typeof config.size === 'number' ? height : undefined);
  if (readFlag(config, 'do_center_crop', false) || (edge === undefined && width !== undefined))
    return undefined;
  if (!isSide(divisor)) return reject('size_divisor', divisor, 'an integer from 1');
  return { shortestEdge: edge ?? 384, divisor };
}

function fromCheckpoint(
  config: JsonObject,
  input: InputShape,
  warn: (message: string) => void,
  masked: boolean,
): Preprocessing {
  const fit = masked && Object.keys(config).length > 0 ? readFit(config) : undefined;
  const differing = fit ? undefined : differingSize(config, input);
  if (differing) warn(differing);
  if (!readFlag(config, 'do_resize', true)) {
    warn(
      `${place} does not resize; images of other sizes than ${input.height} x ${input.width} are resized all the same`,
    );
  }
  const normalize = readFlag(config, 'do_normalize', true);
  return {
    ...input,
    resize: fit ?? readResize(config, input),
    resample: readResample(config),
    rescaleFactor: readRescale(config),
    mean: readChannels(normalize ? config : {}, 'image_mean', input.channels, [normalize ? 0.5 : 0]),
    std: readChannels(normalize ? config : {}, 'image_std', input.channels, [normalize ? 0.5 : 1]),
  };
}

/** What preprocessing follows from. */
export interface PreprocessingOptions {
  readonly preset: PreprocessingPreset;
  /** Content of the backbone's preprocessor_config.json, where it has one. */
  readonly config?: JsonObject;
  /** Whether the backbone reads `pixel_mask`: then images may keep their shape. */
  readonly masked?: boolean;
  /** [C, H, W] of the backbone's `pixel_values`. */
  readonly inputShape: readonly number[] | undefined;
  /** Told where the configuration and the backbone do not fit. */
  warn(message: string): void;
}

/**
 * The preprocessing of a run; it always ends at the backbone's input size.
 * Throws PREPROCESSOR_CONFIG with key, value and what is allowed, or BACKBONE_INPUT.
 */
export function readPreprocessing(options: PreprocessingOptions): Preprocessing {
  const input = imageInputShape(options.inputShape);
  if (options.preset === 'checkpoint') {
    if (options.config) return fromCheckpoint(options.config, input, options.warn, options.masked ?? false);
    options.warn(`the backbone has no ${place}: direct bilinear resize, mean 0.5 and std 0.5 are used`);
    return fromCheckpoint({}, input, options.warn, false);
  }
  const { mean, std } = options.preset === 'imagenet' ? imagenet : half;
  const channels = (values: readonly number[]): number[] =>
    input.channels === 3 ? [...values] : [values.reduce((sum, value) => sum + value, 0) / values.length];
  return {
    ...input,
    resize: { height: input.height, width: input.width },
    resample: 3,
    rescaleFactor: 1 / 255,
    mean: channels(mean),
    std: channels(std),
  };
}

/** preprocessor_config.json that makes Hugging Face's processors do the same. */
export function savedPreprocessing(preprocessing: Preprocessing): JsonObject {
  const { height, width, resize, resample, rescaleFactor, mean, std, channels } = preprocessing;
  const fit = fitOf(preprocessing);
  const cropped = !fit && ('shortestEdge' in resize || resize.height !== height || resize.width !== width);
  const crop: JsonObject = cropped ? { do_center_crop: true, crop_size: { height, width } } : {};
  return {
    // ViT's own processor has no crop in transformers 4; CLIP's is the same processor with one.
    image_processor_type: fit ? 'ViltImageProcessor' : cropped ? 'CLIPImageProcessor' : 'ViTImageProcessor',
    do_convert_rgb: channels === 3,
    do_resize: true,
    size: 'shortestEdge' in resize ? { shortest_edge: resize.shortestEdge } : { ...resize },
    ...(fit ? { size_divisor: fit.divisor, do_pad: true } : {}),
    resample,
    ...crop,
    do_rescale: true,
    rescale_factor: rescaleFactor,
    do_normalize: true,
    image_mean: [...mean],
    image_std: [...std],
  };
}
