const MASK = '*'.charCodeAt(0)

/** Takes secrets out of what a server sends. What is masked keeps its length, so that lengths that were announced stay true. */
export interface Scrubber {
  text(text: string): string
  /** Also where a secret lies across two pieces: the end of a piece that could begin one waits for the next. */
  stream(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void>
}

/** @param secrets texts, as bytes of UTF-8 in what comes */
export function createScrubber(secrets: readonly string[]): Scrubber {
  const needles = secrets.map((secret) => Buffer.from(secret))
  return {
    text: (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '*'.repeat(secret.length)), text),
    async *stream(chunks) {
      let kept: Buffer = Buffer.alloc(0)
      for await (const chunk of chunks) {
        const bytes = Buffer.concat([kept, chunk])
        mask(bytes, needles)
        const end = bytes.length - openLength(bytes, needles)
        kept = bytes.subarray(end)
        if (end > 0) yield bytes.subarray(0, end)
      }
      if (kept.length > 0) yield kept
    },
  }
}

function mask(bytes: Buffer, needles: readonly Buffer[]): void {
  for (const needle of needles)
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length))
      bytes.fill(MASK, at, at + needle.length)
}

/** The length of the longest end of `bytes` that a needle begins with. */
function openLength(bytes: Buffer, needles: readonly Buffer[]): number {
  return Math.max(0, ...needles.map((needle) => openLengthOf(bytes, needle)))
}

function openLengthOf(bytes: Buffer, needle: Buffer): number {
  const from = Math.max(0, bytes.length - needle.length + 1)
  for (let at = bytes.indexOf(needle[0] ?? 0, from); at >= 0; at = bytes.indexOf(needle[0] ?? 0, at + 1))
    if (bytes.compare(needle, 0, bytes.length - at, at) === 0) return bytes.length - at
  return 0
}
