import { printSchema } from 'graphql'
import { expect, it } from 'vitest'
import { buildSchema } from './index.ts'

it('is the schema that is committed: a change of the API shows in review (update with vitest -u)', async () => {
  await expect(`${printSchema(buildSchema())}\n`).toMatchFileSnapshot('../schema.graphql')
})
