import type { PackageCase } from '../case.ts'

const ANSWER = `async () => new Response(JSON.stringify({ a: 1, choices: [{ message: { content: 'Hi' } }] }), { headers: { 'content-type': 'application/json' } })`
const PAGE = `'<html><head><title>T</title></head><body><article><h1>T</h1><p>' + 'Long text. '.repeat(60) + '</p></article></body></html>'`

/** Packages that docs/plugins/packages.md names outside its table. */
export const furtherCases: readonly PackageCase[] = [
  [
    'linkedom',
    `import { parseHTML } from 'linkedom'`,
    `parseHTML('<p class="a">b</p>').document.querySelector('.a').textContent`,
    'b',
  ],
  [
    '@mozilla/readability',
    `import { parseHTML } from 'linkedom'\nimport { Readability } from '@mozilla/readability'`,
    `new Readability(parseHTML(${PAGE}).document).parse().title`,
    'T',
  ],
  [
    'turndown',
    `import { parseHTML } from 'linkedom'`,
    `(async () => { const { window, document, DOMParser } = parseHTML('<html></html>'); Object.assign(globalThis, { window, document, DOMParser }); const { default: Turndown } = await import('turndown'); return new Turndown().turndown('<p>a <b>b</b></p>') })()`,
    'a **b**',
  ],
  ['sanitize-html', `import sanitize from 'sanitize-html'`, `sanitize('<p onclick="x()">a<script>b</script></p>')`, '<p>a</p>'],
  ['ky', `import ky from 'ky'`, `ky.create({ fetch: ${ANSWER} }).get('https://a.example/').json().then(({ a }) => a)`, 1],
  [
    'openai',
    `import OpenAI from 'openai'`,
    `new OpenAI({ apiKey: 'k', fetch: ${ANSWER} }).chat.completions.create({ model: 'm', messages: [] }).then(({ choices }) => choices[0].message.content)`,
    'Hi',
  ],
]
