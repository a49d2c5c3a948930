import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { show } from '../document/index.ts'

export const parseUrl = defineBlock({
  id: 'f1f9517d-ccbb-4aac-a928-445f0bc2d2f1',
  name: 'parse-url',
  description: 'Split a web address into its parts.',
  category: 'WEB',
  icon: 'link-2',
  synonyms: ['url parts', 'hostname', 'domain of url', 'query string', 'query parameters', 'url parser', 'split url', 'utm'],
  input: z.object({
    url: z
      .string()
      .min(1)
      .meta({
        title: 'URL',
        description: 'An address of any kind, such as https or mailto.',
        examples: ['https://example.com/a?b=1#c'],
      }),
    base_url: z.string().default('').describe('The address that a relative address belongs to.'),
  }),
  output: z.object({
    url: z.string().describe('The normalised, absolute address.'),
    scheme: z.string().describe('Such as "https".'),
    host: z.string().describe('The host with the port, if it is not the usual one.'),
    hostname: z.string().describe('The host without the port.'),
    port: z.int().nullable().describe('The port, or null if it is the usual one.'),
    path: z.string(),
    path_parts: z.array(z.string()).describe('The decoded parts of the path, without empty ones.'),
    query: z
      .record(z.string(), z.union([z.string(), z.array(z.string())]))
      .describe('The parameters after the question mark. A parameter that repeats is a list.'),
    fragment: z.string().describe('The text after #.'),
    origin: z.string().describe('The scheme and the host, or "null".'),
  }),
  tests: [
    {
      input: { url: 'HTTPS://user:pw@Bücher.example:8443/a%20b//c.html?x=1&y=&x=2&z=%C3%A9#top' },
      output: [
        ['url', 'https://user:pw@xn--bcher-kva.example:8443/a%20b//c.html?x=1&y=&x=2&z=%C3%A9#top'],
        ['scheme', 'https'],
        ['host', 'xn--bcher-kva.example:8443'],
        ['hostname', 'xn--bcher-kva.example'],
        ['port', 8443],
        ['path', '/a%20b//c.html'],
        ['path_parts', ['a b', 'c.html']],
        ['query', { x: ['1', '2'], y: '', z: 'é' }],
        ['fragment', 'top'],
        ['origin', 'https://xn--bcher-kva.example:8443'],
      ],
    },
    {
      name: 'resolves a relative address',
      input: { url: '../x', base_url: 'http://a.example/b/c/d' },
      output: [
        ['url', 'http://a.example/b/x'],
        ['scheme', 'http'],
        ['host', 'a.example'],
        ['hostname', 'a.example'],
        ['port', null],
        ['path', '/b/x'],
        ['path_parts', ['b', 'x']],
        ['query', {}],
        ['fragment', ''],
        ['origin', 'http://a.example'],
      ],
    },
    {
      input: { url: '/x' },
      output: [
        ['error', 'url must be an absolute address such as "https://example.com/", got "/x"; set base_url for a relative one'],
      ],
    },
  ],
  *run({ url: text, base_url: base }) {
    const url = URL.parse(text.trim(), base || undefined)
    if (!url)
      throw new Error(
        `url must be an absolute address such as "https://example.com/", got ${show(text)}; set base_url for a relative one`,
      )
    yield ['url', url.href]
    yield ['scheme', url.protocol.slice(0, -1)]
    yield ['host', url.host]
    yield ['hostname', url.hostname]
    yield ['port', url.port === '' ? null : Number(url.port)]
    yield ['path', url.pathname]
    yield ['path_parts', url.pathname.split('/').filter(Boolean).map(decode)]
    yield ['query', readQuery(url.searchParams)]
    yield ['fragment', decode(url.hash.slice(1))]
    yield ['origin', url.origin]
  },
})

/** A text with a percent sign that encodes nothing stays as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function readQuery(params: URLSearchParams): Record<string, string | string[]> {
  const names = new Set(params.keys())
  return Object.fromEntries([...names].map((name) => [name, single(params.getAll(name))]))
}

function single(values: string[]): string | string[] {
  return values.length === 1 ? (values[0] ?? '') : values
}
