import { z } from 'zod'

export const formatPin = z
  .enum(['gzip', 'deflate', 'deflate-raw'])
  .default('gzip')
  .describe('gzip (files that end with .gz), deflate (zlib, as in HTTP), or deflate-raw (without a header).')

type Stream = ReadableStream<Uint8Array<ArrayBuffer>>

/** Compressed data grows at most by the factor 1032, so small pieces keep the memory small. */
const PIECE_BYTES = 4096

/** Returns the bytes as a stream of small pieces. */
export function toStream(bytes: Uint8Array<ArrayBuffer>): Stream {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + PIECE_BYTES))
      at += PIECE_BYTES
    },
  })
}

/** Splits the pieces of a stream into smaller ones. */
export function toPieces(stream: Stream): Stream {
  return stream.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        for (let at = 0; at < chunk.length; at += PIECE_BYTES) controller.enqueue(chunk.slice(at, at + PIECE_BYTES))
      },
    }),
  )
}

export async function readAll(stream: Stream): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** Fails as soon as the stream is longer than `maxBytes`. */
export function limitBytes(stream: Stream, maxBytes: number): Stream {
  let bytes = 0
  return stream.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        bytes += chunk.length
        if (bytes > maxBytes)
          throw new Error(`the decompressed data must have at most ${maxBytes} bytes; raise max_bytes if you trust its source`)
        controller.enqueue(chunk)
      },
    }),
  )
}

/** Replaces the errors of the decompressor by a message with the name of the pin. */
export async function explain<T>(pin: string, format: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new Error(`${pin} must be complete data in the format ${format} (${cause.message})`, { cause })
  }
}
