import { defineBlock } from '@ashlar/sdk'
import { zipSync, type Zippable } from 'fflate'
import { z } from 'zod'
import { MAX_UNPACKED_BYTES } from './pins.ts'

/** Zip archives cannot contain earlier times, and the same files always make the same archive. */
const TIME = new Date('1980-01-01T00:00:00')

export const create = defineBlock({
  id: '51f7b613-fc52-44f6-8c0d-9d0b87865298',
  name: 'create',
  description: 'Create a zip archive of files of the execution and of texts.',
  category: 'FILES',
  icon: 'file-archive',
  synonyms: ['zip', 'compress files', 'pack', 'archive', 'create zip', 'bundle files', 'zip folder'],
  capabilities: { files: ['read', 'write'] },
  onCrash: 'retry', // a write replaces the whole file
  timeoutMs: 300_000,
  input: z.object({
    file: z
      .string()
      .min(1)
      .max(1024)
      .default('archive.zip')
      .meta({ title: 'Archive', description: 'Path of the archive to write.' }),
    paths: z
      .array(z.string())
      .default([])
      .meta({ title: 'Files', description: 'Paths of files to add, under these names.', examples: [['report.csv']] }),
    folder: z.string().max(1024).optional().meta({
      title: 'Folder',
      description: 'Add all files of this folder, under their names in the folder. Empty for all files.',
    }),
    texts: z
      .record(z.string(), z.string())
      .default({})
      .meta({ title: 'Texts', description: 'Texts to add as files, by file name.' }),
    level: z
      .int()
      .min(0)
      .max(9)
      .default(6)
      .meta({ title: 'Level', description: '0 does not compress, 9 compresses most.', advanced: true }),
  }),
  output: z.object({
    file: z.string().describe('Path of the archive.'),
    bytes: z.int().describe('Size of the archive.'),
    count: z.int().describe('Number of files in it.'),
  }),
  tests: [
    {
      input: { file: 'o.zip', paths: ['a.txt'], folder: 'f', texts: { 'n.txt': 'hi' } },
      files: { 'a.txt': 'a', 'f/b.txt': 'b' },
      output: [
        ['file', 'o.zip'],
        ['bytes', (bytes: number) => bytes > 200],
        ['count', 3],
      ],
    },
    { input: {}, output: [['error', 'there is nothing to add; set paths, folder or texts']] },
    {
      input: { paths: ['a.txt'], texts: { 'a.txt': '' } },
      files: { 'a.txt': 'x' },
      output: [['error', 'two files have the name "a.txt"']],
    },
    { input: { paths: ['b.txt'] }, output: [['error', 'files: the file "b.txt" does not exist']] },
  ],
  async *run({ file, paths, folder, texts, level }, { files }) {
    const content: Zippable = {}
    let bytes = 0
    const add = (name: string, data: Uint8Array): void => {
      if (Object.hasOwn(content, name)) throw new Error(`two files have the name ${JSON.stringify(name)}`)
      bytes += data.length
      if (bytes > MAX_UNPACKED_BYTES) throw new Error(`the files have more than ${MAX_UNPACKED_BYTES} bytes together`)
      content[name] = data
    }
    const inFolder =
      folder === undefined ? [] : (await files.list(folder)).map(({ path }) => path).filter((path) => path !== file)
    const prefix = folder === undefined || folder === '' ? '' : `${folder.replace(/\/+$/, '')}/`
    for (const path of paths) add(path, await files.read(path))
    for (const path of inFolder) add(path.startsWith(prefix) ? path.slice(prefix.length) : path, await files.read(path))
    for (const [name, text] of Object.entries(texts)) add(name, new TextEncoder().encode(text))
    const count = Object.keys(content).length
    if (count === 0) throw new Error('there is nothing to add; set paths, folder or texts')
    const written = await files.write(file, zipSync(content, { level: level as 6, mtime: TIME }))
    yield ['file', written.path]
    yield ['bytes', written.bytes]
    yield ['count', count]
  },
})
