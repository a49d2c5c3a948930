interface XmlOptions {
  readonly item: string
  readonly indent: number
  readonly declaration: boolean
}

const MAX_DEPTH = 1000
const NAME = /^[\p{L}_][\p{L}\p{M}\p{N}_.:·-]*$/u
// Source: XML 1.0, production Char, without the escapes of the pattern.
const INVALID =
  // oxlint-disable-next-line no-control-regex -- XML does not allow control characters
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/**
 * Writes nested dictionaries as XML. `parse-xml` reads the same data, except that it returns all values as texts.
 *
 * @param root the name of the element around the data; '' if the data has one element
 * @throws {Error} when a name or a character is not allowed in XML
 */
export function writeXmlText(data: unknown, root: string, { item, indent, declaration }: XmlOptions): string {
  const elements = root === '' ? elementsOf(data) : [[root, data] as const]
  const [first] = elements
  if (!first || elements.length > 1 || (Array.isArray(first[1]) && root === ''))
    throw new Error(`data must have exactly one element, got ${elements.length}; name an element around them with the pin root`)
  const head = declaration ? `<?xml version="1.0" encoding="UTF-8"?>${indent > 0 ? '\n' : ''}` : ''
  const [name, value] = first
  return head + writeElement(name, Array.isArray(value) ? { [item]: value } : value, { item, indent }, 0)
}

function elementsOf(data: unknown): (readonly [string, unknown])[] {
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? Object.entries(data) : []
}

function writeElement(name: string, value: unknown, options: Pick<XmlOptions, 'item' | 'indent'>, depth: number): string {
  if (!NAME.test(name))
    throw new Error(`${JSON.stringify(name)} is not a name in XML: a name starts with a letter or _ and has no spaces`)
  if (depth > MAX_DEPTH) throw new Error(`data is nested more than ${MAX_DEPTH} levels deep`)
  const pad = options.indent > 0 ? `\n${' '.repeat(options.indent * depth)}` : ''
  if (typeof value !== 'object' || value === null) {
    const text = toText(value)
    return text === '' ? `<${name}/>` : `<${name}>${escapeText(text, name)}</${name}>`
  }
  const members = Object.entries(value)
  const attributes = members.filter(([key]) => key.startsWith('@')).map(([key, each]) => writeAttribute(name, key.slice(1), each))
  const text = Object.hasOwn(value, '#text') ? escapeText(toText((value as Record<string, unknown>)['#text']), name) : ''
  const inner = options.indent > 0 ? `\n${' '.repeat(options.indent * (depth + 1))}` : ''
  const children = members
    .filter(([key]) => !key.startsWith('@') && key !== '#text')
    .flatMap(([key, each]: [string, unknown]) =>
      (Array.isArray(each) ? each : [each]).map(
        (part: unknown) => inner + writeElement(key, Array.isArray(part) ? { [options.item]: part } : part, options, depth + 1),
      ),
    )
  const content = text + children.join('')
  const tag = [name, ...attributes].join(' ')
  return content === '' ? `<${tag}/>` : `<${tag}>${content}${children.length > 0 ? pad : ''}</${name}>`
}

function writeAttribute(element: string, name: string, value: unknown): string {
  if (!NAME.test(name))
    throw new Error(`${JSON.stringify(name)} is not a name in XML: a name starts with a letter or _ and has no spaces`)
  if (typeof value === 'object' && value !== null)
    throw new Error(
      `the attribute ${JSON.stringify(name)} of the element ${JSON.stringify(element)} must be a text, a number or a boolean, got ${JSON.stringify(value).slice(0, 100)}`,
    )
  const text = escapeText(toText(value), element).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
  return `${name}="${text}"`
}

function escapeText(text: string, element: string): string {
  const invalid = INVALID.exec(text)?.[0]
  if (invalid !== undefined) {
    const code = invalid.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    throw new Error(`the text of the element ${JSON.stringify(element)} has the character U+${code}, which XML does not allow`)
  }
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;')
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
