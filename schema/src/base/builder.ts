import SchemaBuilder from '@pothos/core'
import DataloaderPlugin from '@pothos/plugin-dataloader'
import ErrorsPlugin from '@pothos/plugin-errors'
import RelayPlugin from '@pothos/plugin-relay'
import ValidationPlugin from '@pothos/plugin-validation'
import type { SchemaContext } from './context.ts'
import { InvalidInputError } from './translate.ts'
import { decodeGlobalId, encodeGlobalId } from './global-ids.ts'
import './text-plugin.ts'

interface SchemaTypes {
  Context: SchemaContext
  DefaultFieldNullability: false
  Scalars: {
    DateTime: { Input: Date; Output: Date }
    JSON: { Input: unknown; Output: unknown }
    Base64: { Input: Buffer; Output: Buffer }
  }
  Connection: { totalCount: number }
}

export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [ErrorsPlugin, 'text', RelayPlugin, DataloaderPlugin, ValidationPlugin],
  defaultFieldNullability: false,
  errors: {
    directResult: true,
    unsafelyHandleInputErrors: true,
    defaultUnionOptions: { name: ({ fieldName }) => `${fieldName.charAt(0).toUpperCase()}${fieldName.slice(1)}Result` },
  },
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    encodeGlobalID: encodeGlobalId,
    decodeGlobalID: decodeGlobalId,
  },
  validation: {
    validationError: ({ issues }) => {
      const faults = issues.map(({ path = [], message }) => ({ path: path.map(segmentName).join('.'), message }))
      const [first] = faults
      return new InvalidInputError('BAD_INPUT', `${first?.path}: ${first?.message}`, {
        details: { path: first?.path.split('.') ?? [], faults },
      })
    },
  },
})

function segmentName(segment: PropertyKey | { key: PropertyKey }): string {
  return String(typeof segment === 'object' ? segment.key : segment)
}

builder.queryType({})
builder.mutationType({})
builder.subscriptionType({})

builder.globalConnectionField('totalCount', (t) =>
  t.exposeInt('totalCount', { description: 'The number of items on all pages.' }),
)
