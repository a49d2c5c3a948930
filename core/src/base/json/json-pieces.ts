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
