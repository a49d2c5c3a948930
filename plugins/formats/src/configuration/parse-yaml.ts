import { defineBlock, orderedObject } from '@ashlar/sdk'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

export const parseYaml = defineBlock({
  id: 'b3298e05-6bd9-4a37-a266-73f818731ba8',
  name: 'parse-yaml',
  description: 'Parse a YAML text into data.',
  category: 'DATA',
  icon: 'file-code',
  synonyms: ['yaml to json', 'yml', 'read yaml', 'config file', 'kubernetes', 'docker compose', 'front matter', 'from yaml'],
  input: z.object({ text: z.string().meta({ title: 'Text', description: 'YAML 1.2. Merge keys (<<) are applied.' }) }),
  output: z.object({
    data: z.unknown().describe('The data of the first document. Null for an empty text.'),
    documents: z.array(z.unknown()).describe('The data of all documents, which "---" separates.'),
  }),
  tests: [
    {
      input: { text: 'name: Ada\n2024: [1, 2.5, ~, yes]\nid: 7615917337495251231\nbase: &b {x: 1}\nmore:\n  <<: *b\n  y: "2"\n' },
      output: [
        [
          'data',
          { name: 'Ada', '2024': [1, 2.5, null, 'yes'], id: 7615917337495251231n, base: { x: 1 }, more: { x: 1, y: '2' } },
        ],
        [
          'documents',
          [{ name: 'Ada', '2024': [1, 2.5, null, 'yes'], id: 7615917337495251231n, base: { x: 1 }, more: { x: 1, y: '2' } }],
        ],
      ],
    },
    {
      input: { text: 'a\n---\n- b\n' },
      output: [
        ['data', 'a'],
        ['documents', ['a', ['b']]],
      ],
    },
    {
      input: { text: '' },
      output: [
        ['data', null],
        ['documents', []],
      ],
    },
    {
      input: { text: 'a: [1' },
      output: [['error', (message: string) => message.startsWith('text must be YAML: ') && message.includes('line 1')]],
    },
    {
      input: { text: 'a: 1\na: 2' },
      output: [['error', (message: string) => message.startsWith('text must be YAML: Map keys must be unique')]],
    },
    { input: { text: 'a: .inf' }, output: [['error', 'text has a number that JSON does not have: Infinity']] },
    {
      name: 'refuses aliases that grow without end',
      input: {
        text: `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
          .split('')
          .map((name, i) => `${name}: &${name} [${`*${'abcdefgh'[i]},`.repeat(9)}]`)
          .join('\n')}`,
      },
      output: [['error', 'text must be YAML: Excessive alias count indicates a resource exhaustion attack']],
    },
  ],
  *run({ text }) {
    const documents = parse(text)
    yield ['data', documents[0] ?? null]
    yield ['documents', documents]
  },
})

function parse(text: string): unknown[] {
  const documents = parseAllDocuments(text, { merge: true, intAsBigInt: true })
  if (!Array.isArray(documents)) return []
  const faults = documents.flatMap(({ errors }) => errors)
  if (faults[0]) throw new Error(`text must be YAML: ${faults[0].message.split('\n')[0]?.replace(/:$/, '')}`)
  try {
    return documents.map((document) => toData(document.toJS({ mapAsMap: true, maxAliasCount: 100 })))
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    throw new Error(`text must be YAML: ${error.message}`, { cause: error })
  }
}

/** Maps keep the order of their keys. */
function toData(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`text has a number that JSON does not have: ${value}`)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return value.toBase64()
  if (value instanceof Set) return [...(value as Set<unknown>)].map(toData)
  if (Array.isArray(value)) return value.map(toData)
  if (!(value instanceof Map)) return value ?? null
  return orderedObject(
    [...(value as Map<unknown, unknown>)].map(([key, member]): [string, unknown] => [toKey(key), toData(member)]),
  )
}

function toKey(key: unknown): string {
  const plain = toData(key)
  return typeof plain === 'string' ? plain : JSON.stringify(plain)
}
