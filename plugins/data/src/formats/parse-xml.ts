import { defineBlock } from '@ashlar/sdk'
import { parseXml as parseDocument, XmlElement, XmlText } from '@rgrove/parse-xml'
import { z } from 'zod'

const MAX_BYTES = 10 * 2 ** 20

export const parseXml = defineBlock({
  id: '286380af-9529-4b55-8be0-1d7c854abdb5',
  name: 'parse-xml',
  description: 'Parse an XML text into nested dictionaries.',
  category: 'DATA',
  icon: 'code-xml',
  synonyms: ['xml to json', 'read xml', 'html', 'rss', 'feed', 'soap', 'deserialize'],
  input: z.object({ input_xml: z.string().describe('The XML text, at most 10 MB, with one root element.') }),
  output: z.object({
    parsed_xml: z
      .record(z.string(), z.unknown())
      .describe(
        'Elements by name: a text, a list if the name repeats, or a dictionary with attributes as @name and text as #text.',
      ),
  }),
  tests: [
    { input: { input_xml: '<a><b>text &amp; more</b></a>' }, output: [['parsed_xml', { a: { b: 'text & more' } }]] },
    {
      input: { input_xml: '<?xml version="1.0"?><a id="1"><b/><b>2</b><c x="y">z</c><!-- no --></a>' },
      output: [['parsed_xml', { a: { '@id': '1', b: ['', '2'], c: { '@x': 'y', '#text': 'z' } } }]],
    },
    { input: { input_xml: '<a><![CDATA[<b>]]></a>' }, output: [['parsed_xml', { a: '<b>' }]] },
    {
      name: 'accepts a byte order mark or an empty line before the declaration',
      input: { input_xml: '\ufeff\r\n<?xml version="1.0" encoding="utf-8"?>\n<a>b</a>' },
      output: [['parsed_xml', { a: 'b' }]],
    },
    {
      name: 'reports the position of an error in the original text',
      input: { input_xml: '\n<?xml version="1.0"?>\n<a>&nbsp;</a>' },
      output: [['error', (message: string) => message.includes('&nbsp;') && message.includes('line 3')]],
    },
    {
      input: { input_xml: '<?xml version="1.0"?>\n<?xml version="1.0"?><a/>' },
      output: [['error', (message: string) => message.startsWith('input_xml must be XML: ')]],
    },
    { input: { input_xml: '<a>' }, output: [['error', (message: string) => message.startsWith('input_xml must be XML: ')]] },
  ],
  *run({ input_xml: text }) {
    if (new TextEncoder().encode(text).length > MAX_BYTES) throw new Error(`input_xml must be at most ${MAX_BYTES} bytes long`)
    const root = parseRoot(text)
    yield ['parsed_xml', { [root.name]: toValue(root) }]
  },
})

function parseRoot(text: string): XmlElement {
  try {
    const { root } = parseDocument(blankLateDeclaration(text))
    if (root) return root
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new Error(`input_xml must be XML: ${reason}`, { cause: error })
  }
  throw new Error('input_xml must be XML: there is no root element')
}

const LATE_DECLARATION = /^\ufeff?\s+<\?xml\s+version\s*=\s*(["'])1\.\d+\1[^?<>]*\?>/

/**
 * XML allows nothing before its declaration, but some feeds start with empty lines, and feed readers accept them. This
 * function replaces such a declaration with spaces, so that the parser reports the correct lines.
 */
function blankLateDeclaration(text: string): string {
  return text.replace(LATE_DECLARATION, (declaration) => declaration.replace(/[^\r\n]/g, ' '))
}

function toValue(element: XmlElement): unknown {
  const members = new Map<string, unknown>(Object.entries(element.attributes).map(([name, value]) => [`@${name}`, value]))
  let text = ''
  for (const child of element.children) {
    if (child instanceof XmlText) text += child.text
    if (child instanceof XmlElement) addMember(members, child.name, toValue(child))
  }
  if (members.size === 0) return text.trim()
  if (text.trim() !== '') members.set('#text', text.trim())
  return Object.fromEntries(members)
}

function addMember(members: Map<string, unknown>, name: string, value: unknown): void {
  const before = members.get(name)
  // The value of an element is never a list, so a list here contains earlier elements of the same name.
  if (before === undefined) members.set(name, value)
  else if (Array.isArray(before)) before.push(value)
  else members.set(name, [before, value])
}
