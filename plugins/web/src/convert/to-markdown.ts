import { gfm } from '@joplin/turndown-plugin-gfm'
import type { DomElement } from 'linkedom/worker'
import TurndownService from 'turndown'
import { findAll, resolveUrl } from '../document/index.ts'

/** Converts an element to Markdown, with tables and task lists as on GitHub. The element changes. */
export function toMarkdown(root: DomElement, base: string): string {
  for (const [selector, name] of ADDRESSES)
    for (const element of findAll(root, selector)) element.setAttribute(name, resolveUrl(element.getAttribute(name), base))
  for (const table of findAll(root, 'table')) addRows(Object.getPrototypeOf(table))
  return new TurndownService({ headingStyle: 'atx', bulletListMarker: '-', codeBlockStyle: 'fenced', emDelimiter: '*' })
    .use(gfm)
    .remove(['script', 'style', 'noscript', 'template', 'svg', 'iframe', 'object', 'head', 'title'])
    .turndown(root)
    .trim()
}

const ADDRESSES = [
  ['a[href]', 'href'],
  ['img[src]', 'src'],
] as const

/** The plugin of Turndown reads `rows` of a table, which linkedom does not have. A copy of a table inherits it. */
function addRows(prototype: object): void {
  if ('rows' in prototype) return
  Object.defineProperty(prototype, 'rows', {
    configurable: true,
    get(this: DomElement) {
      return findAll(this, 'tr')
    },
  })
}
