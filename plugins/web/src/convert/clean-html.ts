import { defineBlock } from '@ashlar/sdk'
import type { DomElement, DomNode } from 'linkedom/worker'
import { z } from 'zod'
import { htmlPin, parseFragment } from '../document/index.ts'

export const cleanHtml = defineBlock({
  id: '086c956c-7699-49f2-854d-33282e84462f',
  name: 'clean-html',
  description: 'Remove scripts, styles and all other elements that are not allowed from HTML, so that it is safe to show.',
  category: 'WEB',
  icon: 'shield-check',
  synonyms: ['sanitize', 'sanitise', 'xss', 'dompurify', 'bleach', 'safe html', 'strip tags', 'whitelist'],
  input: z.object({
    html: htmlPin,
    allow: z
      .array(z.string())
      .default([])
      .meta({
        description: 'Names of the elements to keep. By default the usual elements of text, lists, tables and images.',
        examples: [['p', 'a', 'b', 'i']],
      }),
  }),
  output: z.object({
    html: z.string().describe('The HTML. The content of elements that are not allowed remains, without their tags.'),
  }),
  tests: [
    {
      input: { html: '<p onclick="x()" class="c">a <blink>b</blink><script>alert(1)</script></p>' },
      output: [['html', '<p>a b</p>']],
    },
    {
      name: 'keeps only addresses of the web and of mail',
      input: { html: '<a href=" JAVA&#x0A;script:alert(1)">a</a><a href="/b" target="_blank">b</a><img src="data:text/html,x">' },
      output: [['html', '<a>a</a><a rel="noopener" href="/b">b</a><img>']],
    },
    {
      name: 'removes foreign content, comments and raw text',
      input: {
        html: '<svg><style><a title="</style><img src onerror=alert(1)>"></style></svg><!-- c --><noscript><p>d</noscript>e',
      },
      output: [['html', (html) => !/svg|style|onerror|noscript|<!--/.test(html) && html.endsWith('e')]],
    },
    { input: { html: '<p>a <b>b</b></p>', allow: ['b'] }, output: [['html', 'a <b>b</b>']] },
    {
      input: { html: '<p>', allow: ['script'] },
      output: [['error', 'allow must not contain "script", because it could execute code or hide other elements']],
    },
  ],
  *run({ html, allow }) {
    const names = allow.map((name) => name.toLowerCase())
    const unsafe = names.find((name) => REMOVED.has(name) || !/^[a-z][a-z0-9]*$/.test(name))
    if (unsafe !== undefined)
      throw new Error(`allow must not contain ${JSON.stringify(unsafe)}, because it could execute code or hide other elements`)
    const body = parseFragment(html)
    clean(body, names.length > 0 ? new Set(names) : ALLOWED)
    yield ['html', body.innerHTML]
  },
})

const ALLOWED = new Set(
  'a abbr address article aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr'.split(
    ' ',
  ),
)

/** Elements that are removed with their content: code, raw text, foreign content and embedded documents. */
const REMOVED = new Set(
  'script style template noscript noembed noframes iframe frame frameset object embed applet svg math xmp plaintext listing title textarea select option head base link meta audio video canvas form input button'.split(
    ' ',
  ),
)

const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  '*': ['title', 'lang', 'dir'],
  a: ['href'],
  img: ['src', 'alt', 'width', 'height'],
  td: ['colspan', 'rowspan'],
  th: ['colspan', 'rowspan', 'scope'],
  ol: ['start', 'reversed', 'type'],
  time: ['datetime'],
  blockquote: ['cite'],
  q: ['cite'],
}

const ADDRESSES = new Set(['href', 'src', 'cite'])

function clean(parent: DomElement, allowed: ReadonlySet<string>): void {
  const waiting: DomNode[] = [...parent.childNodes]
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.nodeType === 3) continue
    const element = node as DomElement
    const name = node.nodeType === 1 ? element.localName.toLowerCase() : ''
    if (name === '' || REMOVED.has(name)) {
      node.remove()
      continue
    }
    const children = [...element.childNodes]
    waiting.push(...children)
    if (allowed.has(name)) cleanAttributes(element, name)
    else element.replaceWith(...children)
  }
}

function cleanAttributes(element: DomElement, name: string): void {
  const opensWindow = name === 'a' && element.getAttribute('target') !== null
  const attributes = Array.from(element.attributes)
  for (const { name: attribute, value } of attributes) {
    const isKnown = [...(ATTRIBUTES['*'] ?? []), ...(ATTRIBUTES[name] ?? [])].includes(attribute.toLowerCase())
    if (!isKnown || (ADDRESSES.has(attribute.toLowerCase()) && !isSafeAddress(value))) element.removeAttribute(attribute)
  }
  if (opensWindow) element.setAttribute('rel', 'noopener')
}

/** Browsers ignore white space and control characters in the scheme of an address. */
function isSafeAddress(value: string): boolean {
  // oxlint-disable-next-line no-control-regex
  const scheme = /^([^/?#]*?):/.exec(value.replace(/[\u0000-\u0020\u007f-\u00a0]/g, ''))?.[1]
  return scheme === undefined || /^(https?|mailto|tel)$/i.test(scheme)
}
