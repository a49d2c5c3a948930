import type { DomNode, DomElement } from 'linkedom/worker'

/** Replaces each run of white space by one space, and removes it at the ends. */
export function collapse(text: string | null | undefined): string {
  return (text ?? '').replace(/[\s\u00a0]+/gu, ' ').trim()
}

/** Shows a value in an error message. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 100 ? `${Array.from(text).slice(0, 100).join('')}…` : text
}

const SKIPPED = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'head',
  'svg',
  'math',
  'iframe',
  'object',
  'select',
  'textarea',
  'title',
])

const BLOCKS = new Set(
  'address article aside blockquote body dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table tbody tfoot thead tr ul'.split(
    ' ',
  ),
)

/** Elements that a blank line separates from what surrounds them. */
const PARAGRAPHS = new Set('blockquote dl figure h1 h2 h3 h4 h5 h6 ol p pre table ul'.split(' '))

/**
 * Returns the text that a browser shows for an element: blocks on their own lines, blank lines between paragraphs, `- `
 * before list items, two spaces for each list around a list,
 * a tab between table cells.
 *
 * @param withLinks adds the address after the text of each link
 */
export function toText(root: DomElement, withLinks = false): string {
  const out = new TextWriter()
  write(root, out, { isPre: false, withLinks, depth: 0, lists: 0 })
  return out.toString()
}

/** Appends texts, and remembers how the text ends, because reading the end of a growing text is slow. */
class TextWriter {
  readonly #parts: string[] = []
  /** The number of line breaks at the end; white space after them does not count. */
  #lines = 2
  #endsWithSpace = true

  add(text: string): void {
    if (text === '') return
    this.#parts.push(text)
    this.#endsWithSpace = /^\s$/.test(text.slice(-1))
    if (text.trim() === '') this.#lines += text.split('\n').length - 1
    else this.#lines = (/\n[\s]*$/.exec(text.slice(-20))?.[0] ?? '').split('\n').length - 1
  }

  /** Adds a text with its white space collapsed. */
  addInline(text: string): void {
    const shown = text.replace(/[ \t\n\r\f]+/g, ' ')
    this.add(this.#endsWithSpace ? shown.trimStart() : shown)
  }

  breakLine(lines: number): void {
    if (this.#lines < lines) this.add('\n'.repeat(lines - this.#lines))
  }

  /** Adds the marker of a list item or a table cell, after which no line breaks. */
  addMarker(text: string): void {
    this.add(text)
    this.#endsWithSpace = true
    this.#lines = 2
  }

  get isAtLineStart(): boolean {
    return this.#lines > 0
  }

  toString(): string {
    const text = this.#parts.join('')
    return text
      .replace(/[ \t]+$/gm, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  }
}

interface Style {
  readonly isPre: boolean
  readonly withLinks: boolean
  readonly depth: number
  /** The number of lists around an element. */
  readonly lists: number
}

function write(node: DomNode, out: TextWriter, style: Style): void {
  if (node.nodeType === 3 || node.nodeType === 4)
    return style.isPre ? out.add(node.nodeValue ?? '') : out.addInline(node.nodeValue ?? '')
  if (node.nodeType !== 1) return
  const element = node as DomElement
  const name = element.localName.toLowerCase()
  if (SKIPPED.has(name) || element.getAttribute('hidden') !== null) return
  if (name === 'br') return out.add('\n')
  if (name === 'img') return out.addInline(element.getAttribute('alt') ?? '')
  if (style.depth > MAX_DEPTH) return out.addInline(element.textContent ?? '')
  const isList = name === 'ul' || name === 'ol'
  const lines = PARAGRAPHS.has(name) && !(isList && style.lists > 0) ? 2 : Number(BLOCKS.has(name))
  out.breakLine(lines)
  if (name === 'li') out.addMarker(`${'  '.repeat(Math.max(0, style.lists - 1))}- `)
  if ((name === 'td' || name === 'th') && !out.isAtLineStart) out.addMarker('\t')
  const inner = {
    ...style,
    isPre: style.isPre || name === 'pre',
    depth: style.depth + 1,
    lists: style.lists + Number(isList),
  }
  for (const child of element.childNodes) write(child, out, inner)
  const address = style.withLinks && name === 'a' ? element.getAttribute('href') : null
  if (address && address !== element.textContent) out.add(` (${address})`)
  out.breakLine(lines)
}

/** The structure of deeper elements is ignored, because the call stack is limited. */
const MAX_DEPTH = 500
