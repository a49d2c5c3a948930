import { parseHTML, type DomDocument, type DomElement, type DomNode } from 'linkedom/worker'
import { show } from './text.ts'

/** A document of this size takes about 300 MB of memory and 5 seconds of CPU time. */
const MAX_CHARACTERS = 4 * 2 ** 20

/**
 * Parses HTML as a document. A fragment becomes the body of a document.
 *
 * @throws {Error} when the text is longer than 4 Mi characters or nested more than 4 000 levels deep
 */
export function parseDocument(html: string): DomDocument {
  if (html.length > MAX_CHARACTERS)
    throw new Error(
      `html must have at most ${MAX_CHARACTERS} characters, got ${html.length}; pass only the part of the page that you need`,
    )
  const isDocument = /<html[\s>]/i.test(html)
  const hasParts = /<(head|body)[\s>]/i.test(html)
  const whole = isDocument ? html : `<!doctype html><html>${hasParts ? html : `<head></head><body>${html}</body>`}</html>`
  const { document } = parseHTML(whole)
  fillBody(document)
  assertFlat(document)
  return document
}

/** The tags of a body may be missing in HTML. The library does not add them, as a browser does. */
function fillBody({ documentElement, body }: DomDocument): void {
  const outside = [...(documentElement?.childNodes ?? [])].filter(
    (node) => node !== body && !(node.nodeType === 1 && (node as DomElement).localName === 'head'),
  )
  if (outside.length > 0) body.append(...outside)
}

/** Browsers nest 512 levels. Libraries that call themselves for each level need more stack than a block has. */
const MAX_DEPTH = 4000

function assertFlat({ documentElement: root }: DomDocument): void {
  let depth = 0
  for (let node: DomNode | null | undefined = root; node;) {
    if (node.firstChild) {
      if (++depth > MAX_DEPTH)
        throw new Error(`html is nested more than ${MAX_DEPTH} levels deep; pass only the part of the page that you need`)
      node = node.firstChild
      continue
    }
    while (node && node !== root && !node.nextSibling) {
      node = node.parentNode
      depth--
    }
    node = node === root ? undefined : node?.nextSibling
  }
}

/** Parses HTML and returns its body. */
export function parseFragment(html: string): DomElement {
  return parseDocument(html).body
}

/** @throws {Error} when the selector is not valid */
export function findAll(root: DomDocument | DomElement, selector: string, pin = 'selector'): DomElement[] {
  try {
    return [...root.querySelectorAll(selector)]
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${pin} must be a CSS selector such as "article h2 > a", got ${show(selector)} (${reason})`, { cause })
  }
}

/** Like {@link findAll}, for the first element. */
export function findOne(root: DomDocument | DomElement, selector: string, pin?: string): DomElement | undefined {
  return findAll(root, selector, pin)[0]
}
