import { defineBlock } from '@ashlar/sdk'
import xpath from 'xpath'
import { z } from 'zod'
import { collapse, countPin, parseDocument, show } from '../document/index.ts'
import { fromHtml, fromXml, textOf, type TreeNode } from './xpath-tree.ts'

const FEED =
  '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:d="urn:d"><entry id="1"><title>A <![CDATA[& b]]></title></entry><entry><d:x>9</d:x></entry></feed>'

export const selectXpath = defineBlock({
  id: '0ef41266-0023-4d10-a7df-57007dd98a90',
  name: 'xpath',
  description: 'Find parts of an HTML page or an XML document with an XPath expression.',
  category: 'WEB',
  icon: 'route',
  synonyms: ['xml path', 'xml query', 'scrape', 'select nodes', 'lxml', 'web scraper', 'xquery'],
  input: z.object({
    text: z.string().min(1).meta({ title: 'HTML or XML', description: 'The document.' }),
    expression: z
      .string()
      .min(1)
      .meta({
        description: 'An XPath 1.0 expression.',
        examples: ['//a/@href', '//table[1]//tr', 'count(//item)', 'string(//h1)'],
      }),
    format: z
      .enum(['auto', 'html', 'xml'])
      .default('auto')
      .describe('The format of the document. "auto" reads a text that starts with "<?xml" or has no HTML element as XML.'),
    namespaces: z
      .record(z.string(), z.string())
      .default({})
      .meta({
        description: 'The namespaces of the prefixes in the expression. An XML element in a namespace needs a prefix.',
        examples: [{ a: 'http://www.w3.org/2005/Atom' }],
      }),
  }),
  output: z.object({
    result: z
      .union([z.string(), z.number(), z.boolean()])
      .describe('The text of the first node, or the number, text or boolean of the expression. No value if nothing matches.'),
    list: z.array(z.string()).describe('The texts of all nodes, in the order of the document.'),
    count: countPin,
  }),
  tests: [
    {
      input: { text: '<ul><li>a<li class="k">b <b>c</b></ul>', expression: '//li[@class="k"]' },
      output: [
        ['result', 'b c'],
        ['list', ['b c']],
        ['count', 1],
      ],
    },
    {
      input: { text: '<p><a href="/1">x</a><a href="/2">y</a></p>', expression: '//a/@href' },
      output: [
        ['result', '/1'],
        ['list', ['/1', '/2']],
        ['count', 2],
      ],
    },
    {
      name: 'namespaces of XML',
      input: { text: FEED, expression: '//a:entry[@id="1"]/a:title', namespaces: { a: 'http://www.w3.org/2005/Atom' } },
      output: [
        ['result', 'A & b'],
        ['list', ['A & b']],
        ['count', 1],
      ],
    },
    {
      input: { text: FEED, expression: 'sum(//p:x) + 1', namespaces: { p: 'urn:d' } },
      output: [
        ['result', 10],
        ['list', ['10']],
        ['count', 1],
      ],
    },
    {
      name: 'axes and positions',
      input: { text: '<r><a/><b>1</b><b>2</b></r>', expression: '//a/following-sibling::b[last()]/text()' },
      output: [
        ['result', '2'],
        ['list', ['2']],
        ['count', 1],
      ],
    },
    {
      input: { text: '<r/>', expression: '//x' },
      output: [
        ['list', []],
        ['count', 0],
      ],
    },
    {
      input: { text: '<r/>', expression: '//x[' },
      output: [
        [
          'error',
          (message: string) => message.startsWith('expression must be an XPath 1.0 expression such as "//a/@href", got "//x["'),
        ],
      ],
    },
    {
      input: { text: FEED, expression: '//q:x' },
      output: [['error', (message: string) => message.startsWith('expression failed: ') && message.includes('q')]],
    },
    {
      input: { text: '<a><b></a>', expression: '//b', format: 'xml' },
      output: [['error', (message: string) => message.startsWith('text must be XML: ')]],
    },
  ],
  *run({ text, expression, format, namespaces }) {
    const parsed = explain(`expression must be an XPath 1.0 expression such as "//a/@href", got ${show(expression)}`, () =>
      xpath.parse(expression),
    )
    const node = readDocument(text, format)
    const found = toResults(explain('expression failed', () => parsed.evaluate({ node, namespaces })))
    if (found[0] !== undefined) yield ['result', found[0]]
    yield ['list', found.map(String)]
    yield ['count', found.length]
  },
})

const MAX_XML_CHARACTERS = 4 * 2 ** 20

function readDocument(text: string, format: 'auto' | 'html' | 'xml'): TreeNode {
  if (format === 'html' || (format === 'auto' && isHtml(text))) {
    const { documentElement } = parseDocument(text)
    if (documentElement) return fromHtml(documentElement)
  }
  if (text.length > MAX_XML_CHARACTERS)
    throw new Error(`text must have at most ${MAX_XML_CHARACTERS} characters, got ${text.length}`)
  return explain('text must be XML', () => fromXml(text))
}

function isHtml(text: string): boolean {
  const start = text.slice(0, 2000)
  if (/^\s*<\?xml/.test(start)) return false
  return /<(!doctype html|html|head|body|div|p|a|ul|ol|li|table|tr|td|h[1-6]|span|img|form|section|article)[\s>]/i.test(start)
    ? !/\sxmlns(:\w+)?=/.test(/<[a-z][^>]*>/i.exec(start)?.[0] ?? '')
    : false
}

/** The library has types of its own for results; their methods return the values of JavaScript. */
interface XPathValue {
  toArray?(): TreeNode[]
  numberValue(): number
  booleanValue(): boolean
  stringValue(): string
  readonly constructor: { readonly name: string }
}

function toResults(value: unknown): (string | number | boolean)[] {
  const result = value as XPathValue
  if (result.toArray) return result.toArray().map((node) => collapse(textOf(node)))
  // the names of the classes of the library
  if (typeof (value as { num?: unknown }).num === 'number') return [finite(result.numberValue())]
  if (typeof (value as { b?: unknown }).b === 'boolean') return [result.booleanValue()]
  return [result.stringValue()]
}

/** NaN and infinity are not JSON. */
function finite(value: number): string | number {
  return Number.isFinite(value) ? value : String(value)
}

function explain<T>(problem: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new Error(`${problem}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
