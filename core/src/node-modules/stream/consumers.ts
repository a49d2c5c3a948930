/** `node:stream/consumers` */
type Chunks = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>

export async function buffer(chunks: Chunks): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const chunk of chunks) parts.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(parts)
}

export async function text(chunks: Chunks): Promise<string> {
  return new TextDecoder().decode(await buffer(chunks))
}

export async function json(chunks: Chunks): Promise<unknown> {
  return JSON.parse(await text(chunks)) as unknown
}

export async function arrayBuffer(chunks: Chunks): Promise<ArrayBuffer> {
  return new Uint8Array(await buffer(chunks)).buffer
}

export async function blob(chunks: Chunks): Promise<Blob> {
  return new Blob([new Uint8Array(await buffer(chunks))])
}
