import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { show } from '../document/index.ts'

const value = z.union([z.string(), z.number(), z.bigint(), z.boolean()])

export const buildUrl = defineBlock({
  id: '432dc212-4f6d-47a5-ac6f-6e1bd2681d50',
  name: 'build-url',
  description: 'Build a web address from a base, parts of a path and parameters, with correct encoding.',
  category: 'WEB',
  icon: 'link',
  synonyms: ['url builder', 'query string', 'add parameters', 'utm', 'encode url', 'join path', 'create link'],
  input: z.object({
    url: z
      .string()
      .min(1)
      .meta({
        title: 'URL',
        description: 'The base address. Its parameters are kept.',
        examples: ['https://example.com/search'],
      }),
    path: z
      .array(value)
      .default([])
      .meta({ description: 'Parts to append to the path. Each is encoded, also a slash in it.', examples: [['users', 'ä/b']] }),
    query: z
      .record(z.string(), z.union([value, z.array(value), z.null()]))
      .default({})
      .meta({
        description: 'Parameters to set. A list repeats the parameter, null removes it.',
        examples: [{ q: 'a & b', page: 2 }],
      }),
    fragment: z.string().optional().describe('The text after #. By default the one of the base address.'),
  }),
  output: z.object({ url: z.string().describe('The address.') }),
  tests: [
    {
      input: {
        url: 'https://a.example/x/?a=1&b=2',
        path: ['ä/b', 7],
        query: { q: 'c & d', a: null, t: [1, 2] },
        fragment: 'top',
      },
      output: [['url', 'https://a.example/x/%C3%A4%2Fb/7?b=2&q=c+%26+d&t=1&t=2#top']],
    },
    {
      input: { url: 'https://a.example', path: ['..', 'x'] },
      output: [['error', 'path must not contain "..", which would change the other parts']],
    },
    {
      input: { url: 'https://a.example/?b=2', query: { b: 7615917337495251231n } },
      output: [['url', 'https://a.example/?b=7615917337495251231']],
    },
    {
      input: { url: 'a.example' },
      output: [['error', 'url must be an absolute address such as "https://example.com/", got "a.example"']],
    },
  ],
  *run({ url: base, path, query, fragment }) {
    const url = URL.parse(base.trim())
    if (!url) throw new Error(`url must be an absolute address such as "https://example.com/", got ${show(base)}`)
    const dots = path.find((part) => /^\.{1,2}$/.test(String(part)))
    if (dots !== undefined) throw new Error(`path must not contain ${show(dots)}, which would change the other parts`)
    if (path.length > 0)
      url.pathname = [url.pathname.replace(/\/$/, ''), ...path.map((part) => encodeURIComponent(String(part)))].join('/')
    for (const [name, given] of Object.entries(query)) {
      url.searchParams.delete(name)
      if (given === null) continue
      for (const each of Array.isArray(given) ? given : [given]) url.searchParams.append(name, String(each))
    }
    if (fragment !== undefined) url.hash = fragment
    yield ['url', url.href]
  },
})
