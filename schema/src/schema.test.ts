import { printSchema } from 'graphql'
import { expect, it } from 'vitest'
import { buildSchema } from './index.ts'

it('matches the committed schema.graphql (update with vitest -u)', async () => {
  await expect(`${printSchema(buildSchema())}\n`).toMatchFileSnapshot('../schema.graphql')
})
