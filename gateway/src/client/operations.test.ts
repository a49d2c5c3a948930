import { buildSchema } from '@ashlar/schema'
import { parse, validate } from 'graphql'
import { expect, it } from 'vitest'
import * as operations from './operations.ts'

it.each(Object.entries(operations))('%s is valid for the schema', (_name, operation) => {
  expect(validate(buildSchema(), parse(operation))).toEqual([])
})
