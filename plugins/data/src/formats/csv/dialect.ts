/** The special characters of a CSV text. Each has one character; `escape` may be ''. */
interface CsvDialect {
  readonly delimiter: string
  readonly quote: string
  /** Escapes the next character. '' for RFC 4180, which only has doubled quotes. */
  readonly escape: string
}

/** @throws {Error} when two characters of the dialect are equal, or one is a line break */
export function checkDialect({ delimiter, quote, escape }: CsvDialect): void {
  const characters = [delimiter, quote, escape].filter((character) => character !== '')
  if (new Set(characters).size < characters.length)
    throw new Error(`delimiter, quotechar and escapechar must differ, got ${characters.map((c) => JSON.stringify(c)).join(', ')}`)
  if (characters.some((character) => /[\r\n\ud800-\udfff]/.test(character)))
    throw new Error('delimiter, quotechar and escapechar must be whole characters other than line breaks')
}

/**
 * An error at a position in a CSV text. Rows and columns count from 1. The header is row 1. Empty lines do not count.
 */
export interface CsvFault {
  readonly row: number
  readonly column: number
  readonly reason: string
}

/**
 * Reads a CSV text by RFC 4180, with any mix of the line ends CRLF, LF and CR. A byte order mark at the start and empty
 * lines are ignored. A quote inside an unquoted value is part of the value.
 *
 * @param strip removes white space around unquoted values and outside quotes; white space inside quotes is always
 * preserved
 */
export function readCsv(text: string, dialect: CsvDialect, strip: boolean): { rows: string[][]; faults: CsvFault[] } {
  const reader = new CsvReader(text, dialect, strip)
  return { rows: reader.readRows(), faults: reader.faults }
}

/**
 * Writes rows of values by RFC 4180, with LF between rows. {@link readCsv} reads the same rows, with and without
 * `strip`.
 */
export function writeCsvText(rows: readonly (readonly string[])[], dialect: CsvDialect): string {
  const lines = rows.map((row) => {
    const isLone = row.length === 1
    return row.map((value) => writeValue(value, dialect, isLone)).join(dialect.delimiter)
  })
  return lines.join('\n')
}

function writeValue(value: string, { delimiter, quote, escape }: CsvDialect, isLone: boolean): string {
  const mustQuote =
    // An empty line is not a row.
    (isLone && value === '') ||
    value.includes(delimiter) ||
    value.includes(quote) ||
    (escape !== '' && value.includes(escape)) ||
    /[\r\n]/.test(value) ||
    value.trim() !== value
  if (!mustQuote) return value
  const escaped = escape === '' ? value : value.replaceAll(escape, () => escape + escape)
  return quote + escaped.replaceAll(quote, () => quote + quote) + quote
}

class CsvReader {
  readonly faults: CsvFault[] = []
  readonly #text: string
  readonly #dialect: CsvDialect
  readonly #strip: boolean
  readonly #rows: string[][] = []
  /** Matches the end of a run of ordinary characters, outside and inside quotes. */
  readonly #endOfUnquoted: RegExp
  readonly #endOfQuoted: RegExp
  #row: string[] = []
  #at = 0

  constructor(text: string, dialect: CsvDialect, strip: boolean) {
    this.#text = text
    this.#dialect = dialect
    this.#strip = strip
    this.#endOfUnquoted = new RegExp(`[\\r\\n${RegExp.escape(dialect.delimiter + dialect.escape)}]`, 'g')
    this.#endOfQuoted = new RegExp(`[${RegExp.escape(dialect.quote + dialect.escape)}]`, 'g')
  }

  readRows(): string[][] {
    if (this.#text.startsWith('\ufeff')) this.#at = 1
    while (this.#at < this.#text.length) {
      if (this.#skipLineEnd()) continue
      this.#row = []
      do this.#row.push(this.#readValue())
      while (this.#skip(this.#dialect.delimiter))
      this.#rows.push(this.#row)
      this.#skipLineEnd()
    }
    return this.#rows
  }

  #readValue(): string {
    const start = this.#at
    if (this.#strip) this.#skipWhiteSpace()
    if (this.#skip(this.#dialect.quote)) return this.#readQuoted()
    this.#at = start
    const text = this.#readUnquoted()
    return this.#strip ? text.trim() : text
  }

  #readQuoted(): string {
    const { quote, escape } = this.#dialect
    let value = ''
    while (this.#at < this.#text.length) {
      value += this.#readUntil(this.#endOfQuoted)
      if (this.#skip(escape)) value += this.#readEscaped()
      else if (this.#skip(quote + quote)) value += quote
      else if (this.#skip(quote)) return value + this.#readAfterQuote()
    }
    this.#report('the value has no closing quote')
    return value
  }

  /** Only white space may follow a closing quote, and only with `strip`. */
  #readAfterQuote(): string {
    const rest = this.#readUnquoted()
    if (rest === '' || (this.#strip && rest.trim() === '')) return ''
    this.#report(`${JSON.stringify(cut(rest))} follows the closing quote of the value`)
    return rest
  }

  #readUnquoted(): string {
    let text = this.#readUntil(this.#endOfUnquoted)
    while (this.#skip(this.#dialect.escape)) text += this.#readEscaped() + this.#readUntil(this.#endOfUnquoted)
    return text
  }

  #readUntil(end: RegExp): string {
    const start = this.#at
    end.lastIndex = start
    this.#at = end.exec(this.#text)?.index ?? this.#text.length
    return this.#text.slice(start, this.#at)
  }

  #readEscaped(): string {
    const point = this.#text.codePointAt(this.#at)
    if (point === undefined) this.#report('no character follows the escape character')
    const character = point === undefined ? this.#dialect.escape : String.fromCodePoint(point)
    this.#at += character.length
    return character
  }

  #skip(character: string): boolean {
    if (character === '' || !this.#text.startsWith(character, this.#at)) return false
    this.#at += character.length
    return true
  }

  #skipLineEnd(): boolean {
    return this.#skip('\r\n') || this.#skip('\n') || this.#skip('\r')
  }

  #skipWhiteSpace(): void {
    const { delimiter, quote, escape } = this.#dialect
    for (let c = this.#text[this.#at]; c !== undefined; c = this.#text[++this.#at])
      if (c.trim() !== '' || /[\r\n]/.test(c) || c === delimiter || c === quote || c === escape) return
  }

  #report(reason: string): void {
    this.faults.push({ row: this.#rows.length + 1, column: this.#row.length + 1, reason })
  }
}

function cut(text: string): string {
  const characters = Array.from(text)
  return characters.length > 40 ? `${characters.slice(0, 40).join('')}…` : text
}
