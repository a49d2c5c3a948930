import { readFileSync } from 'node:fs'
import { documentJsonSchema, parseJson } from '@ashlar/core'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface Field {
  type?: string
  description?: string
  properties?: Record<string, Field>
  required?: string[]
  items?: Field
  enum?: string[]
  const?: unknown
  default?: unknown
  minimum?: number
  exclusiveMinimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  maxItems?: number
}

const page = readFileSync(new URL('../../../docs/graph-document.md', import.meta.url), 'utf8')
const EXAMPLES = Array.from(page.matchAll(/^```json\n([^]*?)^```$/gm), ([, text = ''], i): [number, string] => [i + 1, text])
const schema = documentJsonSchema() as Field
const [node, link] = [schema.properties?.nodes?.items, schema.properties?.links?.items]

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime()
})
afterAll(() => runtime.close())

describe('docs/graph-document.md', () => {
  it.each<[string, Field | undefined]>([
    ['## The document', schema],
    ['## A node', node],
    ['### position', node?.properties?.position],
    ['### retry', node?.properties?.retry],
    ['### loop', node?.properties?.loop],
    ['## A link', link],
  ])('has a row for each field of the schema below "%s"', (heading, object) => {
    const required = new Set(object?.required)
    const rows = Object.entries(object?.properties ?? {}).map(([name, field]) => toRow(name, field, required.has(name)))
    expect(readRows(heading)).toEqual(['field | type | default | meaning', ...rows])
  })

  it.each(EXAMPLES)('has a document without faults as its example %i', async (_number, text) => {
    const faults = await runtime.graphs.validate(runtime.ownerId, parseJson(text))
    expect(faults.filter(({ message }) => message !== 'there is no block "github/list-issues"')).toEqual([])
  })
})

/** The rows of the first table below a heading, without the padding of their cells. */
function readRows(heading: string): string[] {
  const lines = page.slice(page.indexOf(`\n${heading}\n`)).split('\n')
  const start = lines.findIndex((line) => line.startsWith('|'))
  const end = lines.findIndex((line, i) => i > start && !line.startsWith('|'))
  const rows = lines.slice(start, end).map((line) => line.slice(1, -1).split(/(?<!\\)\|/))
  return rows.map((cells) => cells.map((cell) => cell.trim()).join(' | ')).filter((row) => !row.startsWith('--'))
}

/** The row of a field, which is the same in the page. */
function toRow(name: string, field: Field, required: boolean): string {
  const initial = field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``
  return [`\`${name}\``, toType(field), required ? 'required' : initial, field.description].join(' | ')
}

const TYPES: Record<string, string> = { string: 'text', array: 'list', integer: 'whole number' }

function toType(field: Field): string {
  if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``
  if (field.enum) return field.enum.map((value) => `\`${JSON.stringify(value)}\``).join(' or ')
  const type = TYPES[field.type ?? ''] ?? field.type ?? ''
  const [range, unit] = [toRange(field), { string: ' characters', array: ' items' }[field.type ?? ''] ?? '']
  return range === '' ? type : `${type}, ${range}${unit}`
}

function toRange({ minimum, exclusiveMinimum, maximum, minLength, maxLength, maxItems }: Field): string {
  const [from, to] = [minimum ?? minLength, maximum ?? maxLength ?? maxItems]
  if (minimum === Number.MIN_SAFE_INTEGER || to === undefined) return ''
  if (exclusiveMinimum !== undefined) return `above ${exclusiveMinimum}, at most ${to}`
  return from === undefined ? `at most ${to}` : `${from} to ${to}`
}
