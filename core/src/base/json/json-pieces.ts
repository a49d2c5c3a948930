/** Joins JSON texts to that of a list. */
export function joinJson(texts: readonly (string | JsonPieces)[]): string | JsonPieces {
  if (texts.every((text) => typeof text === 'string')) return `[${texts.join()}]`
  const pieces = texts.flatMap((text, i) => [i === 0 ? '[' : ',', ...(typeof text === 'string' ? [text] : text.pieces)])
  return new JsonPieces([...pieces, ']'])
}

/** A JSON text in pieces: texts, and UTF-8 that need not be decoded to pass it on. */
export class JsonPieces {
  readonly pieces: readonly (string | Buffer)[]

  constructor(pieces: readonly (string | Buffer)[]) {
    this.pieces = pieces
  }

  /** The whole text. */
  toString(): string {
    return this.pieces.map(String).join('')
  }
}
