import { gzipSync } from 'node:zlib'

/** The definition of a block in a test plugin. */
export interface TestBlock {
  id: string
  name: string
  /** The body of `run`, in TypeScript. */
  run: string
  /** The schema of its pins, `z.object({…})`. @default no input pins; an output pin `out` of any type */
  input?: string
  output?: string
  capabilities?: string
  tests?: string
}

/** Returns the source of a plugin's entry. */
export function entryOf(name: string, blocks: readonly TestBlock[]): string {
  const all = blocks.map(
    ({
      id,
      name: block,
      run,
      input = 'z.object({})',
      output = 'z.object({ out: z.unknown() })',
      capabilities = '{}',
      tests = '[]',
    }) =>
      `defineBlock({ id: '${id}', name: '${block}', description: '', category: 'TEST', capabilities: ${capabilities},
        input: ${input}, output: ${output}, tests: ${tests}, async *run(input, context) { ${run} } })`,
  )
  return `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'
export default definePlugin({ name: '${name}', blocks: [${all.join(',\n')}] })
`
}

/** Returns the files of a valid package. */
export function packageOf(
  packageName: string,
  version: string,
  entry: string,
  change: Record<string, unknown> = {},
): Record<string, string> {
  const file = { name: packageName, version, license: 'MIT', type: 'module', ashlar: { blocks: './index.js' }, ...change }
  return { 'package.json': JSON.stringify(file), 'index.js': entry }
}

/** One entry of an archive. Absent members have the values that `npm pack` writes. */
export interface TarEntry {
  path: string
  content?: string | Buffer
  type?: string
  link?: string
  /** The size in the header. */
  size?: number | string
  magic?: string
  breakChecksum?: boolean
}

export function tarballOf(files: Record<string, string | Buffer>): Buffer {
  return gzipSync(tarOf(Object.entries(files).map(([path, content]) => ({ path: `package/${path}`, content }))))
}

/** Builds an archive, valid or not. */
export function tarOf(entries: readonly TarEntry[], end: Buffer = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...entries.flatMap(entryBlocks), end])
}

function entryBlocks({
  path,
  content = '',
  type = '0',
  link = '',
  size,
  magic = 'ustar\x0000',
  breakChecksum,
}: TarEntry): Buffer[] {
  const bytes = Buffer.from(content)
  const header = Buffer.alloc(512)
  header.write(path, 0, 100)
  header.write('0000644\0', 100)
  header.write('0000000\x000000000\0', 108)
  header.write(typeof size === 'string' ? size : `${(size ?? bytes.length).toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  header.write('00000000000\0', 136)
  header.write('        ', 148)
  header.write(type, 156)
  header.write(link, 157)
  header.write(magic, 257)
  const sum = header.reduce((total, byte) => total + byte, breakChecksum ? 1 : 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
}

/** Builds a record of an extended header. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const length = (n: number): number => Buffer.byteLength(rest) + String(n).length
  return `${length(length(Buffer.byteLength(rest)))}${rest}`
}
