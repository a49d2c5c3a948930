const MASK = '*'.charCodeAt(0)

/** Takes secrets out of what a server sends. What is masked keeps its length, so that lengths that were announced stay true. */
export interface Scrubber {
  text(text: string): string
  /**
   * Also where a secret lies across two pieces: of what has come, as many bytes as could begin one wait for the next piece or the end.
   * It is the same number whatever these bytes are, for where a piece ends would tell whether they begin a secret.
   */
  stream(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void>
}

/** @param secrets texts; found in bytes of UTF-8 and of UTF-16, which blocks decode too */
export function createScrubber(secrets: readonly string[]): Scrubber {
  const needles = secrets.flatMap(spellingsOf)
  const byBeginning = Map.groupBy(needles, (needle) => needle.toString('latin1', 0, BEGINNING_BYTES))
  const keptBytes = Math.max(0, ...needles.map(({ length }) => length - 1))
  return {
    text: (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '*'.repeat(secret.length)), text),
    async *stream(chunks) {
      let kept: Buffer = Buffer.alloc(0)
      for await (const chunk of chunks) {
        const bytes = Buffer.concat([kept, chunk])
        for (const [beginning, group] of byBeginning) if (bytes.includes(beginning, 0, 'latin1')) mask(bytes, group)
        const end = Math.max(0, bytes.length - keptBytes)
        kept = bytes.subarray(end)
        if (end > 0) yield bytes.subarray(0, end)
      }
      if (kept.length > 0) yield kept
    },
  }
}

function spellingsOf(secret: string): Buffer[] {
  const utf16 = Buffer.from(secret, 'utf16le')
  return [Buffer.from(secret), utf16, Buffer.from(utf16).swap16()]
}

/** The spellings of a secret mostly begin alike: where their beginning is not, none of them is looked for. */
const BEGINNING_BYTES = 4

function mask(bytes: Buffer, needles: readonly Buffer[]): void {
  for (const needle of needles)
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length))
      bytes.fill(MASK, at, at + needle.length)
}
