/** `node:stream/web`, with the streams of the web platform. */
export const { ReadableStream, ReadableStreamDefaultReader, ReadableStreamBYOBReader, ReadableStreamDefaultController } =
  globalThis
export const { WritableStream, WritableStreamDefaultWriter, WritableStreamDefaultController } = globalThis
export const { TransformStream, TransformStreamDefaultController, ByteLengthQueuingStrategy, CountQueuingStrategy } = globalThis
export const { TextEncoderStream, TextDecoderStream, CompressionStream, DecompressionStream } = globalThis
