import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { pathPin } from './pins.ts'

export const deleteFile = defineBlock({
  id: '6b1d0f5c-0c3a-4b7e-9a64-8e2f9d5a1c70',
  name: 'delete',
  description: 'Delete a file of the execution, if it exists.',
  category: 'FILES',
  icon: 'file-x',
  synonyms: ['remove file', 'unlink', 'erase', 'rm', 'trash'],
  capabilities: { files: ['write'] },
  onCrash: 'retry', // deleting a file twice has the same result
  input: z.object({ path: pathPin }),
  output: z.object({ path: z.string() }),
  tests: [{ input: { path: 'a/b' }, output: [['path', 'a/b']] }],
  async *run({ path }, { files }) {
    await files.delete(path)
    yield ['path', path]
  },
})
