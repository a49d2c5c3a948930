import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseJson } from '@ashlar/core'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { readJsonSchemas } from './json-schemas.ts'
import { schemaRoutes } from './index.ts'

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url))

describe.each(Object.entries(readJsonSchemas()))('the schema %s', (name, schema) => {
  it('matches the committed file (update with vitest -u)', async () => {
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(`../../schemas/${name}`)
  })

  it('is served to the pages of any origin and cached', async () => {
    const answer = schemaRoutes.get(`/schemas/${name}`)
    const request = (headers: Record<string, string>) => new Request(`http://127.0.0.1/schemas/${name}`, { headers })
    const response = await answer?.(request({ origin: 'https://editor.example' }))
    expect(Object.fromEntries(response?.headers ?? [])).toMatchObject({
      'content-type': 'application/schema+json; charset=utf-8',
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=3600',
    })
    expect(await response?.json()).toEqual(schema)
    const again = await answer?.(request({ 'if-none-match': response?.headers.get('etag') ?? '' }))
    expect(again?.status).toBe(304)
  })
})

it.each(globSync('**/*.json', { cwd: EXAMPLES }))('the example %s fits its schema', async (name) => {
  const ajv = new Ajv().addSchema(Object.values(readJsonSchemas()))
  const file = parseJson(await readFile(EXAMPLES + name, 'utf8'))
  const schema = name.endsWith('.tests.json') ? 'graph-tests.json' : 'graph-file.json'
  expect([ajv.validate(schema, file), ajv.errors]).toEqual([true, null])
})

it('the schema of graph files rejects a file with a malformed document', () => {
  const ajv = new Ajv().addSchema(Object.values(readJsonSchemas()))
  expect(ajv.validate('graph-file.json', { document: { nodes: [{ id: 'a' }] } })).toBe(false)
  expect(ajv.validate('graph-file.json', { document: { nodes: [] }, inptus: {} })).toBe(false)
})
