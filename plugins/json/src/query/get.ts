import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { parsePath, readPath } from './path.ts'

export const get = defineBlock({
  id: 'd4a1fe36-c033-4d67-9341-6b22a193655e',
  name: 'get',
  description: 'Get the value at a path in nested data.',
  category: 'DATA',
  common: true,
  categories: ['DICTIONARY'],
  icon: 'corner-down-right',
  synonyms: [
    'get by path',
    'nested value',
    'json pointer',
    'deep get',
    'lodash get',
    'read property',
    'dot notation',
    'extract field',
  ],
  input: z.object({
    data: z.unknown().meta({ title: 'Data' }),
    path: z.string().meta({
      title: 'Path',
      description:
        'Names and positions such as orders[0].address.city, or a JSON pointer such as /orders/0. [-1] is the last item.',
      examples: ['orders[0].address.city'],
    }),
    default: z.unknown().optional().meta({ title: 'Default', description: 'Value to send if there is none at the path.' }),
  }),
  output: z.object({
    value: z.unknown().describe('The value, or the default.'),
    missing: z.unknown().describe('The whole data, if there is no value and no default.'),
  }),
  tests: [
    { input: { data: { a: [{ 'b c': 5 }, 6] }, path: 'a[0]["b c"]' }, output: [['value', 5]] },
    { input: { data: { a: [1, null] }, path: '$.a[-1]' }, output: [['value', null]] },
    { input: { data: { 'a/b': { '~': [7] } }, path: '/a~1b/~0/0' }, output: [['value', 7]] },
    { input: { data: { a: 1 }, path: 'a.b', default: 0 }, output: [['value', 0]] },
    { input: { data: { a: 1 }, path: 'constructor' }, output: [['missing', { a: 1 }]] },
    { input: { data: 5, path: '' }, output: [['value', 5]] },
    {
      input: { data: {}, path: 'a[b' },
      output: [['error', 'path must be like a.b[0] or /a/b/0, but "a[b" is not clear from "[b"']],
    },
    { name: 'a name that starts with $', input: { data: { $id: 5, id: 6 }, path: '$id' }, output: [['value', 5]] },
  ],
  *run({ data, path, default: fallback }) {
    const found = readPath(data, parsePath(path))
    if (found) yield ['value', found.value]
    else yield fallback === undefined ? ['missing', data] : ['value', fallback]
  },
})
