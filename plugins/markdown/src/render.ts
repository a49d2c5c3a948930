import { Marked, Renderer, type Tokens } from 'marked'
import { checkLength } from './pins.ts'

interface RenderOptions {
  /** Whether HTML in the text stays as it is. Otherwise it is shown as text. */
  readonly allowHtml: boolean
  /** Whether a line break in a paragraph is a line break in the page. */
  readonly breaks: boolean
  /** Whether headings have an id, as in {@link createSlugger}. */
  readonly headingIds: boolean
}

/** Renders Markdown as HTML. Without `allowHtml`, the result contains no code and no address of code. */
export function renderHtml(markdown: string, { allowHtml, breaks, headingIds }: RenderOptions): string {
  checkLength(markdown)
  const slug = createSlugger()
  const plain = new Renderer()
  const marked = new Marked({ gfm: true, breaks, async: false })
  marked.use({
    renderer: {
      html: (token) => (allowHtml ? token.text : escapeHtml(token.text)),
      link(token) {
        return allowHtml || isSafeAddress(token.href) ? false : this.parser.parseInline(token.tokens)
      },
      image(token) {
        return allowHtml || isSafeAddress(token.href) ? false : escapeHtml(token.text)
      },
      heading(token) {
        if (!headingIds) return false
        return `<h${token.depth} id="${slug(readText(token.tokens))}">${this.parser.parseInline(token.tokens)}</h${token.depth}>\n`
      },
      checkbox: (token) => plain.checkbox(token),
    },
  })
  return String(marked.parse(markdown)).trim()
}

/** Returns the text of inline tokens, without their marks. */
export function readText(tokens: readonly Tokens.Generic[] | undefined): string {
  return (tokens ?? [])
    .map((token) => {
      if (token.type === 'br') return '\n'
      if (token.type === 'html') return ''
      return token.tokens && token.type !== 'image' ? readText(token.tokens) : unescapeHtml(String(token['text'] ?? ''))
    })
    .join('')
}

/** Returns a function that gives each heading an id as GitHub does: lower case, dashes, and a number if it repeats. */
export function createSlugger(): (heading: string) => string {
  const seen = new Map<string, number>()
  return (heading) => {
    const base = heading
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
      .replaceAll(' ', '-')
    const times = seen.get(base) ?? 0
    seen.set(base, times + 1)
    return times === 0 ? base : `${base}-${times}`
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character)
}

function unescapeHtml(text: string): string {
  return text.replace(
    /&(?:amp|lt|gt|quot|#39);/g,
    (entity) => Object.keys(ESCAPES).find((key) => ESCAPES[key] === entity) ?? entity,
  )
}

/** Browsers ignore white space and control characters in the scheme of an address. */
function isSafeAddress(href: string): boolean {
  const decoded = href.replace(/&(?:colon|tab|newline|#x?[0-9a-f]+);?/gi, ':')
  // oxlint-disable-next-line no-control-regex
  const scheme = /^([^/?#]*?):/.exec(decoded.replace(/[\u0000-\u0020\u007f-\u00a0]/g, ''))?.[1]
  return scheme === undefined || /^(https?|mailto|tel)$/i.test(scheme)
}
