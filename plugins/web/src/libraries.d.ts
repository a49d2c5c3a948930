// Only what this plugin uses. The declarations of the libraries refer to the library `dom` of TypeScript, which would
// make names such as `document` valid in all blocks, although a sandbox does not have them.

declare module 'linkedom/worker' {
  export interface DomNode {
    /** 1: element, 3: text, 4: CDATA, 8: comment. */
    readonly nodeType: number
    readonly nodeValue: string | null
    readonly textContent: string | null
    readonly childNodes: Iterable<DomNode>
    readonly parentNode: DomElement | null
    readonly firstChild: DomNode | null
    readonly nextSibling: DomNode | null
    remove(): void
  }
  export interface DomElement extends DomNode {
    readonly localName: string
    readonly tagName: string
    readonly attributes: Iterable<{ readonly name: string; readonly value: string }>
    readonly children: Iterable<DomElement>
    readonly innerHTML: string
    readonly outerHTML: string
    getAttribute(name: string): string | null
    setAttribute(name: string, value: string): void
    removeAttribute(name: string): void
    append(...nodes: DomNode[]): void
    replaceWith(...nodes: (DomNode | string)[]): void
    querySelector(selector: string): DomElement | null
    querySelectorAll(selector: string): Iterable<DomElement>
  }
  export interface DomDocument {
    readonly documentElement: DomElement | null
    readonly body: DomElement
    readonly title: string
    querySelector(selector: string): DomElement | null
    querySelectorAll(selector: string): Iterable<DomElement>
  }
  export function parseHTML(html: string): { readonly document: DomDocument }
  export class DOMParser {
    parseFromString(text: string, type: 'text/xml'): DomDocument
  }
}

declare module '@mozilla/readability' {
  import type { DomDocument } from 'linkedom/worker'

  export class Readability {
    constructor(document: DomDocument, options?: { charThreshold?: number })
    parse(): Readonly<
      Record<
        'title' | 'content' | 'textContent' | 'excerpt' | 'byline' | 'siteName' | 'lang' | 'publishedTime',
        string | null | undefined
      >
    > | null
  }
}

declare module 'turndown' {
  import type { DomElement } from 'linkedom/worker'

  interface Options {
    headingStyle?: 'setext' | 'atx'
    bulletListMarker?: '-' | '+' | '*'
    codeBlockStyle?: 'indented' | 'fenced'
    linkStyle?: 'inlined' | 'referenced'
    emDelimiter?: '_' | '*'
  }
  export default class TurndownService {
    constructor(options?: Options)
    use(plugin: unknown): this
    remove(tags: string[]): this
    turndown(root: DomElement): string
  }
}

declare module '@joplin/turndown-plugin-gfm' {
  export const gfm: unknown
}

declare module 'xpath' {
  interface Expression {
    evaluate(options: { node: unknown; namespaces?: Readonly<Record<string, string>> }): unknown
  }
  interface XPathLibrary {
    parse(expression: string): Expression
  }
  const xpath: XPathLibrary
  export default xpath
}

declare module 'robots-parser' {
  interface Robots {
    isAllowed(url: string, agent: string): boolean | undefined
    getCrawlDelay(agent: string): number | undefined
    getMatchingLineNumber(url: string, agent: string): number
    getSitemaps(): string[]
  }
  const parseRobots: (url: string, text: string) => Robots
  export default parseRobots
}
