import { readFile } from 'node:fs/promises'
import { buildSchema, getNamedType, isAbstractType, isObjectType, type GraphQLOutputType, type GraphQLSchema } from 'graphql'
import { beforeAll, describe, expect, it } from 'vitest'

/*
 * `possible-types.ts`, `keys.ts` and `updates.ts` are generated from the schema. After a change of the schema,
 * `npx pnpm@12 vitest run gateway/client -u` updates them.
 */

let schema: GraphQLSchema
beforeAll(async () => {
  schema = buildSchema(await readFile(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8'))
})

describe('the settings of client caches agree with the schema:', () => {
  it('the possible types', async () => {
    const types = Object.values(schema.getTypeMap())
      .filter(isAbstractType)
      .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)] as const)
      .filter(([name]) => !name.startsWith('__'))
    const lines = types.map(([name, possible]) => formatList(name, possible))
    await expect(POSSIBLE_TYPES + lines.join('') + '}\n').toMatchFileSnapshot('possible-types.ts')
  })

  it('the keys of types without an id', async () => {
    const roots: unknown[] = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
    const names = Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith('__') && !('id' in type.getFields()) && !roots.includes(type))
      .map(({ name }) => `  ${name}: () => null,\n`)
    await expect(KEYS + names.join('') + '}\n').toMatchFileSnapshot('keys.ts')
  })

  it('the lists that a mutation changes', async () => {
    const lists = Map.groupBy(Object.values(schema.getQueryType()?.getFields() ?? {}), ({ type }) => getNamedType(type).name)
    const lines = Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap(({ name, type }) => {
      const matches = listPayloadFields(type).map((field) => /^deleted(\w+?)Ids?$|^(\w+)Edges?$/.exec(field))
      const objects = matches.flatMap((match) => match?.[1] ?? match?.[2] ?? [])
      const fields = objects.flatMap((object) => lists.get(`${capitalize(object)}Connection`) ?? [])
      const names = [...new Set(fields.map((field) => `'${field.name}'`))]
      return objects.length > 0 ? [`    ${name}: updateLists(${names.join(', ')}),\n`] : []
    })
    await expect(UPDATES + lines.join('') + '  },\n}\n').toMatchFileSnapshot('updates.ts')
  })
})

function listPayloadFields(type: GraphQLOutputType): string[] {
  const payload = getNamedType(type)
  return isObjectType(payload) ? Object.keys(payload.getFields()) : []
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** The width at which the formatter breaks lines. */
const MAX_WIDTH = 130

function formatList(name: string, values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`)
  const line = `  ${name}: [${quoted.join(', ')}],\n`
  return line.length <= MAX_WIDTH + 1 ? line : `  ${name}: [\n${quoted.map((each) => `    ${each},\n`).join('')}  ],\n`
}

const POSSIBLE_TYPES = `// Generated from the schema by generated.test.ts.

/** The object types of each interface and union: \`possibleTypes\` of Apollo's \`InMemoryCache\`. */
export const possibleTypes: Record<string, string[]> = {
`

const KEYS = `// Generated from the schema by generated.test.ts.

/** The types without an id, which belong to the object that contains them: \`keys\` of urql's \`cacheExchange\`. */
export const keys: Record<string, () => null> = {
`

const UPDATES = `// Generated from the schema by generated.test.ts.

import { updateLists, type Update } from './update-lists.ts'

/** Loads lists again after a mutation that changed them: \`updates\` of urql's \`cacheExchange\`. */
export const updates: { Mutation: Record<string, Update> } = {
  Mutation: {
`
