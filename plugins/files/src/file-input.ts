import { defineBlock, fromInput } from '@ashlar/sdk'
import { z } from 'zod'
import { storeFile, toDataUri } from './store-file.ts'

const flag = z.boolean().default(false)

export const fileInput = defineBlock({
  id: '95ead23f-8283-4654-aef3-10c053b74a31',
  name: 'file-input',
  description: 'Define an input of the graph: a file.',
  category: 'INPUT',
  icon: 'file-up',
  synonyms: ['upload', 'upload file', 'attachment', 'file picker', 'parameter', 'form field', 'agent file input'],
  kind: 'input',
  staticOutput: true,
  capabilities: { files: ['read', 'write'], http: [fromInput('value', { redirects: 'public' })] },
  onCrash: 'retry', // the same source always has the same path
  input: z.object({
    name: z.string().describe('Name of the graph input.'),
    value: z
      .string()
      .nullable()
      .default(null)
      .meta({ title: 'File', description: 'A web address, a data URI, or the path of a file of the execution.' }),
    title: z.string().nullable().default(null).meta({ description: 'Title to show instead of the name.', advanced: true }),
    description: z.string().nullable().default(null).meta({ description: 'Help text for users.', advanced: true }),
    placeholder_values: z
      .array(z.unknown())
      .default([])
      .meta({ description: 'Values to suggest.', advanced: true, hidden: true }),
    advanced: flag.meta({ description: 'Show this input only among the advanced inputs.', advanced: true }),
    secret: flag.meta({ description: 'Hide the value from views and logs.', advanced: true }),
    base_64: flag.meta({ description: 'Send the content as a data URI instead of a path.', advanced: true }),
  }),
  output: z.object({ result: z.string().meta({ title: 'File', description: 'The path of the file in the execution.' }) }),
  tests: [
    {
      input: { name: 'f', value: 'data:text/plain,Hello' },
      output: [['result', (path) => /^[0-9a-f]{16}\.txt$/.test(path)]],
    },
    {
      name: 'as a data URI',
      input: { name: 'f', value: 'data:text/plain,Hello', base_64: true },
      output: [['result', 'data:text/plain;base64,SGVsbG8=']],
    },
    {
      name: 'from the web',
      input: { name: 'f', value: 'https://a.example/logo.png' },
      http: { 'GET https://a.example/logo.png': { base64: 'iVBORw==' } },
      output: [['result', (path) => /^[0-9a-f]{16}-logo\.png$/.test(path)]],
    },
    { name: 'nothing without a value', input: { name: 'f' }, output: [] },
    { input: { name: 'f', value: 'a.txt' }, output: [['error', 'files: the file "a.txt" does not exist']] },
  ],
  async *run({ value, base_64 }, context) {
    if (value !== null) yield ['result', await (base_64 ? toDataUri : storeFile)(value, context)]
  },
})
