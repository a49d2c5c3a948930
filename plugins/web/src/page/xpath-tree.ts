import { parseXml, XmlCdata, XmlComment, XmlElement, XmlProcessingInstruction, XmlText } from '@rgrove/parse-xml'
import type { DomElement, DomNode } from 'linkedom/worker'

/** A node as the library "xpath" needs it: the part of the DOM that XPath 1.0 refers to. */
export interface TreeNode {
  /** 1: element, 2: attribute, 3: text, 7: processing instruction, 8: comment, 9: document. */
  readonly nodeType: number
  readonly nodeName: string
  readonly localName: string | null
  readonly namespaceURI: string | null
  readonly nodeValue: string | null
  readonly value: string | null
  readonly data: string | null
  readonly attributes: readonly TreeNode[]
  readonly childNodes: TreeNode[]
  readonly ownerElement: TreeNode | null
  ownerDocument: TreeNode | null
  parentNode: TreeNode | null
  nextSibling: TreeNode | null
  previousSibling: TreeNode | null
  readonly firstChild: TreeNode | null
  readonly lastChild: TreeNode | null
}

/** Converts a page. Names are in lower case and in no namespace, so that `//a` matches. */
export function fromHtml(root: DomElement): TreeNode {
  return toDocument(convertDom(root))
}

/** @throws {Error} when the text is not XML */
export function fromXml(text: string): TreeNode {
  const { root } = parseXml(text.replace(/^\ufeff?\s*/u, ''))
  return toDocument(root ? convertXml(root, new Map([['xml', 'http://www.w3.org/XML/1998/namespace']])) : undefined)
}

/** Returns the text of a node, as the XPath function `string()`. */
export function textOf(node: TreeNode): string {
  if (node.nodeType !== 1 && node.nodeType !== 9) return node.nodeValue ?? ''
  const texts: string[] = []
  const waiting = [node]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.nodeType === 3) texts.push(next.nodeValue ?? '')
    waiting.push(...next.childNodes.toReversed())
  }
  return texts.join('')
}

function toDocument(root: TreeNode | undefined): TreeNode {
  const document = createNode({ nodeType: 9, nodeName: '#document' })
  adopt(document, root ? [root] : [])
  const waiting = [...document.childNodes]
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    for (const each of [node, ...node.attributes]) each.ownerDocument = document
    waiting.push(...node.childNodes)
  }
  return document
}

function convertDom(node: DomNode): TreeNode | undefined {
  if (node.nodeType === 3 || node.nodeType === 4) return createText(node.nodeValue ?? '')
  if (node.nodeType === 8) return createNode({ nodeType: 8, nodeName: '#comment', nodeValue: node.nodeValue })
  if (node.nodeType !== 1) return undefined
  const element = node as DomElement
  const name = element.localName.toLowerCase()
  const created = createNode({ nodeType: 1, nodeName: name, localName: name })
  addAttributes(
    created,
    [...element.attributes].map(({ name, value }) => [name, value, null]),
  )
  adopt(created, convertAll(element.childNodes, convertDom))
  return created
}

type Namespaces = ReadonlyMap<string, string>

function convertXml(node: unknown, outer: Namespaces): TreeNode | undefined {
  if (node instanceof XmlText || node instanceof XmlCdata) return createText(node.text)
  if (node instanceof XmlComment) return createNode({ nodeType: 8, nodeName: '#comment', nodeValue: node.content })
  if (node instanceof XmlProcessingInstruction) return createNode({ nodeType: 7, nodeName: node.name, nodeValue: node.content })
  if (!(node instanceof XmlElement)) return undefined
  const names = declare(node.attributes, outer)
  const created = createNode({ nodeType: 1, nodeName: node.name, ...split(node.name, names, names.get('') ?? null) })
  addAttributes(
    created,
    Object.entries(node.attributes)
      .filter(([name]) => !/^xmlns(:|$)/.test(name))
      .map(([name, value]) => [name, value, split(name, names, null).namespaceURI]),
  )
  adopt(
    created,
    convertAll(node.children, (child) => convertXml(child, names)),
  )
  return created
}

function declare(attributes: Readonly<Record<string, string>>, outer: Namespaces): Namespaces {
  const own = Object.entries(attributes).flatMap(([name, value]): [string, string][] => {
    const prefix = /^xmlns(?::(.*))?$/s.exec(name)
    return prefix ? [[prefix[1] ?? '', value]] : []
  })
  return own.length === 0 ? outer : new Map([...outer, ...own])
}

function split(name: string, names: Namespaces, unprefixed: string | null) {
  const colon = name.indexOf(':')
  if (colon < 0) return { localName: name, namespaceURI: unprefixed }
  return { localName: name.slice(colon + 1), namespaceURI: names.get(name.slice(0, colon)) ?? null }
}

function convertAll<T>(nodes: Iterable<T>, convert: (node: T) => TreeNode | undefined): TreeNode[] {
  return [...nodes].flatMap((node) => convert(node) ?? [])
}

function createText(text: string): TreeNode {
  return createNode({ nodeType: 3, nodeName: '#text', nodeValue: text })
}

function createNode(given: Partial<TreeNode> & Pick<TreeNode, 'nodeType' | 'nodeName'>): TreeNode {
  const { nodeValue = null } = given
  return {
    localName: null,
    namespaceURI: null,
    nodeValue,
    value: nodeValue,
    data: nodeValue,
    attributes: [],
    childNodes: [],
    ownerElement: null,
    ownerDocument: null,
    parentNode: null,
    nextSibling: null,
    previousSibling: null,
    ...given,
    get firstChild() {
      return this.childNodes[0] ?? null
    },
    get lastChild() {
      return this.childNodes.at(-1) ?? null
    },
  }
}

function addAttributes(element: TreeNode, attributes: readonly (readonly [string, string, string | null])[]): void {
  const created = attributes.map(([name, value, namespaceURI]) =>
    createNode({
      nodeType: 2,
      nodeName: name,
      localName: name.slice(name.indexOf(':') + 1),
      namespaceURI,
      nodeValue: value,
      ownerElement: element,
    }),
  )
  // The library reads a NamedNodeMap.
  Object.assign(element, { attributes: Object.assign(created, { item: (i: number) => created[i] ?? null }) })
}

function adopt(parent: TreeNode, children: readonly TreeNode[]): void {
  for (const [i, child] of children.entries()) {
    child.parentNode = parent
    child.previousSibling = children[i - 1] ?? null
    child.nextSibling = children[i + 1] ?? null
    parent.childNodes.push(child)
  }
}
