import { AshlarError } from '@ashlar/core'
import { GraphQLError, parse } from 'graphql'
import { expect, it } from 'vitest'
import { createErrorMask } from './mask-error.ts'

function mask(error: unknown): { masked: Error; log: string[] } {
  const log: string[] = []
  const masked = createErrorMask({ info: () => undefined, error: (message, cause) => log.push(`${message}: ${String(cause)}`) })(
    error,
  )
  return { masked, log }
}

it('hides an unexpected error and logs it on one line with its path', () => {
  const { masked, log } = mask(new GraphQLError('secret', { path: ['graph', 'name'], cause: new TypeError('secret') }))
  expect(masked.message).toBe('Unexpected error.')
  expect(JSON.stringify(masked)).not.toContain('secret')
  expect(masked).toMatchObject({ path: ['graph', 'name'], extensions: { code: 'INTERNAL_SERVER_ERROR' } })
  expect(log).toEqual(['unexpected error at graph.name: TypeError: secret'])
})

it('hides a thrown value that is not an error', () => {
  expect(mask('secret')).toMatchObject({ masked: { message: 'Unexpected error.' }, log: ['unexpected error: secret'] })
})

it('returns the code, path and faults of an AshlarError but not its other details', () => {
  const faults = [{ path: 'nodes.a', message: 'is wrong' }]
  const error = new AshlarError('GRAPH_INVALID', 'the graph is wrong', {
    details: { path: ['document'], faults, secret: 1 },
    cause: new Error('secret'),
  })
  const { masked, log } = mask(new GraphQLError(error.message, { path: ['x'], cause: error }))
  expect(masked).toBeInstanceOf(GraphQLError)
  expect(JSON.parse(JSON.stringify(masked))).toEqual({
    message: 'the graph is wrong',
    path: ['x'],
    extensions: { code: 'GRAPH_INVALID', path: ['document'], faults },
  })
  expect(log).toEqual([])
})

it("adds a code to GraphQL's own errors", () => {
  let syntax: unknown
  try {
    parse('{')
  } catch (error) {
    syntax = error
  }
  const { masked, log } = mask(syntax)
  expect(JSON.parse(JSON.stringify(masked))).toEqual({
    message: 'Syntax Error: Expected Name, found <EOF>.',
    locations: [{ line: 1, column: 2 }],
    extensions: { code: 'BAD_INPUT' },
  })
  expect(log).toEqual([])
})
