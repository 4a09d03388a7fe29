/**
 * TensorBoard's events as protocol buffers: `Event` (event.proto) and `Summary` (summary.proto), the parts that we
 * write. Scalars and images are written in the older form, which every reader knows; text and hyper-parameters have no
 * older one.
 */
import { PbfReader, PbfWriter } from 'pbf';

/** DT_FLOAT and DT_STRING of types.proto. */
const float = 1;
const string = 7;
/** DATA_CLASS_TENSOR of summary.proto. */
const tensorClass = 2;

/** A number at a step. */
export interface ScalarValue {
  readonly kind: 'scalar';
  readonly tag: string;
  readonly value: number;
}

/** Markdown at a step. */
export interface TextValue {
  readonly kind: 'text';
  readonly tag: string;
  readonly markdown: string;
}

/** An encoded image at a step. */
export interface ImageValue {
  readonly kind: 'image';
  readonly tag: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Channels: 1 grey, 2 with alpha, 3 RGB, 4 with alpha. */
  readonly channels: number;
  /** A PNG file. */
  readonly bytes: Uint8Array;
  readonly markdown: string;
}

/** What a plugin of TensorBoard reads from the metadata of a tag. */
export interface PluginValue {
  readonly kind: 'plugin';
  readonly tag: string;
  readonly plugin: string;
  readonly content: Uint8Array;
}

/** One of the values of an event. */
export type SummaryValue = ScalarValue | TextValue | ImageValue | PluginValue;

/** When and where an event was. */
export interface EventTime {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
}

/** The first event of a file: its format. */
export function versionEvent(wallTime: number): Uint8Array {
  return encode(wallTime, (seconds, pbf) => {
    pbf.writeDoubleField(1, seconds);
    pbf.writeStringField(3, 'brain.Event:2');
  });
}

/** An event with values. */
export function summaryEvent({ wallTime, step }: EventTime, values: readonly SummaryValue[]): Uint8Array {
  return encode(values, (all, pbf) => {
    pbf.writeDoubleField(1, wallTime);
    pbf.writeVarintField(2, step);
    pbf.writeMessage(5, writeSummary, all);
  });
}

/** When an encoded event was. Throws where the bytes are no message. */
export function eventTime(event: Uint8Array): EventTime {
  return new PbfReader(event).readFields(
    (tag, time: { wallTime: number; step: number }, pbf) => {
      if (tag === 1) time.wallTime = pbf.readDouble();
      else if (tag === 2) time.step = pbf.readVarint();
    },
    { wallTime: 0, step: 0 },
  );
}

/** The bytes of a message. */
export function encode<T>(value: T, write: (value: T, pbf: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter();
  write(value, pbf);
  return pbf.finish();
}

function writeSummary(values: readonly SummaryValue[], pbf: PbfWriter): void {
  for (const value of values) pbf.writeMessage(1, writeValue, value);
}

function writeValue(value: SummaryValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, value.tag);
  switch (value.kind) {
    case 'scalar':
      return pbf.writeFloatField(2, value.value);
    case 'image':
      pbf.writeMessage(4, writeImage, value);
      return pbf.writeMessage(9, writeMetadata, { plugin: 'images', description: value.markdown });
    case 'text':
      pbf.writeMessage(8, writeStringTensor, value.markdown);
      return pbf.writeMessage(9, writeMetadata, { plugin: 'text', dataClass: tensorClass });
    case 'plugin':
      pbf.writeMessage(8, writeEmptyTensor, undefined);
      return pbf.writeMessage(9, writeMetadata, { plugin: value.plugin, content: value.content });
  }
}

function writeImage({ width, height, channels, bytes }: ImageValue, pbf: PbfWriter): void {
  pbf.writeVarintField(1, height);
  pbf.writeVarintField(2, width);
  pbf.writeVarintField(3, channels);
  pbf.writeBytesField(4, bytes);
}

interface Metadata {
  readonly plugin: string;
  readonly content?: Uint8Array;
  /** Markdown. */
  readonly description?: string;
  readonly dataClass?: number;
}

function writeMetadata({ plugin, content, description, dataClass }: Metadata, pbf: PbfWriter): void {
  pbf.writeMessage(
    1,
    (name, data) => {
      data.writeStringField(1, name);
      if (content) data.writeBytesField(2, content);
    },
    plugin,
  );
  if (description !== undefined) pbf.writeStringField(3, description);
  if (dataClass !== undefined) pbf.writeVarintField(4, dataClass);
}

/** A list of one text: without a shape of its own TensorBoard takes it for a scalar. */
function writeStringTensor(text: string, pbf: PbfWriter): void {
  pbf.writeVarintField(1, string);
  pbf.writeMessage(2, writeShape, [1]);
  pbf.writeStringField(8, text);
}

/** Where all is said in the metadata: [0] of float32. */
function writeEmptyTensor(_nothing: undefined, pbf: PbfWriter): void {
  pbf.writeVarintField(1, float);
  pbf.writeMessage(2, writeShape, [0]);
}

function writeShape(sizes: readonly number[], pbf: PbfWriter): void {
  for (const size of sizes) pbf.writeMessage(2, (each, dim) => dim.writeVarintField(1, each), size);
}
