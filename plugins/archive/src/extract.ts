import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { listEntries, unpackEntries, type ZipEntry } from './open-zip.ts'
import { archivePin, MAX_ENTRY_BYTES, MAX_UNPACKED_BYTES, readArchive } from './pins.ts'
import { SAMPLE } from './sample.ts'

/** A compressed text is rarely larger than this many times its packed size. */
const MAX_RATIO = 200

export const extract = defineBlock({
  id: 'e7e248c1-f135-45a8-9be9-ac48d4206321',
  name: 'extract',
  description: 'Extract the files of a zip archive into the execution.',
  category: 'FILES',
  icon: 'package-open',
  synonyms: ['unzip', 'decompress', 'unpack', 'uncompress', 'zip to files', 'extract zip', 'open archive'],
  capabilities: { files: ['read', 'write'] },
  onCrash: 'retry', // a write replaces the whole file
  timeoutMs: 300_000,
  input: z.object({
    file: archivePin,
    folder: z
      .string()
      .max(1024)
      .default('')
      .meta({ title: 'Folder', description: 'Folder for the files. By default the root.', examples: ['unpacked'] }),
    only: z
      .string()
      .default('')
      .meta({ title: 'Only', description: 'Extract only files whose name ends with this text.', examples: ['.csv'] }),
  }),
  output: z.object({
    paths: z.array(z.string()).describe('Paths of the files that were written.'),
    count: z.int().describe('Number of files.'),
  }),
  tests: [
    {
      input: { file: 'a.zip', folder: 'out' },
      files: { 'a.zip': { base64: SAMPLE.plain } },
      output: [
        ['paths', ['out/a.txt', 'out/f/b.txt']],
        ['count', 2],
      ],
    },
    {
      input: { file: 'a.zip', only: 'b.txt' },
      files: { 'a.zip': { base64: SAMPLE.plain } },
      output: [
        ['paths', ['f/b.txt']],
        ['count', 1],
      ],
    },
    {
      name: 'refuses a path out of the folder before it writes a file',
      input: { file: 'a.zip', folder: 'out' },
      files: { 'a.zip': { base64: SAMPLE.slip } },
      output: [['error', 'the entry "../evil.txt" has a path out of the folder']],
    },
    {
      name: 'refuses a bomb before it unpacks it',
      input: { file: 'a.zip' },
      files: { 'a.zip': { base64: SAMPLE.bomb } },
      output: [['error', 'the archive is 2147483647 bytes large when it is unpacked; the limit is 268435456']],
    },
    {
      input: { file: 'a.zip' },
      files: { 'a.zip': '' },
      output: [['error', (message: string) => message.startsWith('the file is not a valid zip archive')]],
    },
  ],
  async *run({ file, folder, only }, { files, progress }) {
    const archive = await readArchive(file, (path) => files.read(path))
    const entries = listEntries(archive).filter(({ name }) => !name.endsWith('/') && name.endsWith(only))
    assertSafe(entries)
    const paths: string[] = []
    for (const [name, bytes] of unpackEntries(archive, entries)) {
      const { path } = await files.write(folder === '' ? name : `${folder.replace(/\/+$/, '')}/${name}`, bytes)
      paths.push(path)
      progress(paths.length / entries.length, name)
    }
    yield ['paths', paths]
    yield ['count', paths.length]
  },
})

function assertSafe(entries: readonly ZipEntry[]): void {
  const unsafe = entries.find(({ name }) => /^[/\\]|^[a-z]:|(^|[/\\])\.\.?([/\\]|$)|\\/i.test(name))
  if (unsafe) throw new Error(`the entry ${JSON.stringify(unsafe.name)} has a path out of the folder`)
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0)
  if (bytes > MAX_UNPACKED_BYTES)
    throw new Error(`the archive is ${bytes} bytes large when it is unpacked; the limit is ${MAX_UNPACKED_BYTES}`)
  const large = entries.find((entry) => entry.bytes > MAX_ENTRY_BYTES)
  if (large)
    throw new Error(
      `the entry ${JSON.stringify(large.name)} is ${large.bytes} bytes large when it is unpacked; the limit is ${MAX_ENTRY_BYTES}`,
    )
  const packed = entries.reduce((sum, entry) => sum + entry.packed_bytes, 0)
  if (bytes > 16 * 1024 * 1024 && bytes > packed * MAX_RATIO)
    throw new Error(
      `the archive is ${Math.round(bytes / packed)} times larger when it is unpacked; the limit is ${MAX_RATIO} times`,
    )
}
