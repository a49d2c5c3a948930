import { concatenate, crc32 } from '../bytes/index.ts'
import { readAll, toStream } from '../compression/streams.ts'

/** Writes a black and white picture as PNG (ISO/IEC 15948). @param scale the size of a module, in pixels */
export async function writePng(modules: readonly (readonly boolean[])[], scale: number): Promise<Uint8Array<ArrayBuffer>> {
  const size = modules.length * scale
  const rows = modules.flatMap((row) => {
    const line = packRow(row, scale)
    return Array.from({ length: scale }, () => line)
  })
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, size)
  view.setUint32(4, size)
  // bit depth 1, greyscale
  header[8] = 1
  const data = await readAll(toStream(concatenate(...rows)).pipeThrough(new CompressionStream('deflate')))
  return concatenate(SIGNATURE, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', new Uint8Array()))
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

/** Returns the filter byte and the pixels of a row, eight in a byte: 1 is white. */
function packRow(row: readonly boolean[], scale: number): Uint8Array {
  const line = new Uint8Array(1 + Math.ceil((row.length * scale) / 8))
  for (let x = 0; x < row.length * scale; x++) {
    const at = 1 + (x >> 3)
    if (!row[Math.floor(x / scale)]) line[at] = (line[at] ?? 0) | (0x80 >> (x & 7))
  }
  return line
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = concatenate(new TextEncoder().encode(type), data)
  const ends = new Uint8Array(8)
  new DataView(ends.buffer).setUint32(0, data.length)
  new DataView(ends.buffer).setUint32(4, crc32(body))
  return concatenate(ends.subarray(0, 4), body, ends.subarray(4))
}
