import type { Scrubber } from '../http/index.ts'

const MASK = '*'.charCodeAt(0)
const NEWLINE = '\n'.charCodeAt(0)

/** @param secrets texts, which are masked in UTF-8 and in UTF-16 (blocks can decode both) */
export function buildScrubber(secrets: readonly string[]): Scrubber {
  const needles = secrets.flatMap(encode)
  const byPrefix = Map.groupBy(needles, (needle) => needle.toString('latin1', 0, PREFIX_BYTES))
  const keptBytes = Math.max(0, ...needles.map(({ length }) => length - 1))
  const hasLines = needles.some((needle) => needle.includes(NEWLINE))
  return {
    text: (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '*'.repeat(secret.length)), text),
    async *stream(chunks) {
      let kept: Buffer = Buffer.alloc(0)
      for await (const chunk of chunks) {
        const bytes = Buffer.concat([kept, chunk])
        for (const [prefix, group] of byPrefix) if (bytes.includes(prefix, 0, 'latin1')) mask(bytes, group)
        // No secret continues after the end of a line, so that lines of an event stream are not held back.
        const end = Math.max(0, bytes.length - keptBytes, hasLines ? 0 : bytes.lastIndexOf(NEWLINE) + 1)
        kept = bytes.subarray(end)
        if (end > 0) yield bytes.subarray(0, end)
      }
      if (kept.length > 0) yield kept
    },
  }
}

function encode(secret: string): Buffer[] {
  const utf16 = Buffer.from(secret, 'utf16le')
  return [Buffer.from(secret), utf16, Buffer.from(utf16).swap16()]
}

/**
 * Most encodings of a secret share a prefix. If a chunk does not contain the prefix, it is searched for none of them.
 */
const PREFIX_BYTES = 4

function mask(bytes: Buffer, needles: readonly Buffer[]): void {
  for (const needle of needles)
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length))
      bytes.fill(MASK, at, at + needle.length)
}
