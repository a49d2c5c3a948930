import { defineBlock } from '@ashlar/sdk'
import { applyPatch, type Operation } from 'rfc6902'
import { z } from 'zod'
import { show } from '../messages/index.ts'
import { operations as operationsPin } from './operations.ts'

export const patch = defineBlock({
  id: '82456822-c81d-4b82-a801-305ff2168f42',
  name: 'patch',
  description: 'Apply operations to data (JSON Patch, RFC 6902). If one fails, none is applied.',
  category: 'DATA',
  icon: 'git-merge',
  synonyms: ['json patch', 'apply changes', 'rfc 6902', 'update json', 'modify object', 'apply diff'],
  input: z.object({
    data: z.unknown().meta({ title: 'Data' }),
    operations: operationsPin.meta({ title: 'Operations', examples: [[{ op: 'replace', path: '/status', value: 'done' }]] }),
  }),
  output: z.object({ data: z.unknown() }),
  tests: [
    {
      input: {
        data: { a: [1, 2], b: { c: 'x' } },
        operations: [
          { op: 'test', path: '/a/0', value: 1 },
          { op: 'add', path: '/a/-', value: 3 },
          { op: 'move', from: '/b/c', path: '/d' },
          { op: 'remove', path: '/a/0' },
        ],
      },
      output: [['data', { a: [2, 3], b: {}, d: 'x' }]],
    },
    { input: { data: 1, operations: [{ op: 'replace', path: '', value: [2] }] }, output: [['data', [2]]] },
    {
      input: {
        data: { a: 1 },
        operations: [
          { op: 'add', path: '/b', value: 2 },
          { op: 'remove', path: '/c' },
        ],
      },
      output: [['error', 'operation 2 (remove "/c") failed: there is no value at this path']],
    },
    {
      input: { data: { a: 1 }, operations: [{ op: 'test', path: '/a', value: 2 }] },
      output: [['error', 'operation 1 (test "/a") failed: the value is not the expected one']],
    },
    {
      input: { data: {}, operations: [{ op: 'copy', path: '/a' }] },
      output: [['error', 'operation 1 (copy "/a") needs "from"']],
    },
    {
      input: { data: {}, operations: [{ op: 'add', path: '/__proto__/x', value: 1 }] },
      output: [['error', 'operation 1 (add "/__proto__/x"): a path must not contain "__proto__"']],
    },
  ],
  *run({ data, operations }) {
    operations.forEach((operation, i) => {
      const name = `operation ${i + 1} (${operation.op} ${JSON.stringify(operation.path)})`
      if ((operation.op === 'move' || operation.op === 'copy') && operation.from === undefined)
        throw new Error(`${name} needs "from"`)
      if (`${operation.path}/${operation.from ?? ''}`.split('/').includes('__proto__'))
        throw new Error(`${name}: a path must not contain "__proto__"`)
    })
    const copy = { root: structuredClone(data) }
    const inRoot = operations.map((operation) => ({
      ...operation,
      path: `/root${operation.path}`,
      ...(operation.from !== undefined && { from: `/root${operation.from}` }),
      ...(operation.op !== 'remove' && { value: structuredClone(operation.value ?? null) }),
    }))
    applyPatch(copy, inRoot as Operation[]).forEach((error, i) => {
      const { op, path } = operations[i] ?? { op: '', path: '' }
      if (error)
        throw new Error(`operation ${i + 1} (${op} ${JSON.stringify(path)}) failed: ${explain(error.name, show(error.message))}`)
    })
    yield ['data', copy.root]
  },
})

function explain(name: string, message: string): string {
  if (name === 'TestError') return 'the value is not the expected one'
  return name === 'MissingError' ? 'there is no value at this path' : message
}
