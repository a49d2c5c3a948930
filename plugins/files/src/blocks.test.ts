import type { Block, BlockContext, FileEntry, Files } from '@ashlar/sdk'
import { describe, expect, it } from 'vitest'
import { list } from './list.ts'
import { read } from './read.ts'
import { readText } from './read-text.ts'
import { store } from './store.ts'
import { write } from './write.ts'

/** Files in memory, and one answer in place of a network. */
function contextWith(contents: Record<string, string>, answer = new Response('none', { status: 404 })) {
  const all = new Map(Object.entries(contents).map(([path, text]) => [path, new TextEncoder().encode(text)]))
  const bytesOf = (path: string): Uint8Array<ArrayBuffer> => {
    const bytes = all.get(path)
    if (!bytes) throw new Error(`there is no file ${path}`)
    return bytes
  }
  const entryOf = (path: string): FileEntry => ({ path, bytes: bytesOf(path).length, modifiedAt: new Date(0) })
  const files: Files = {
    read: async (path) => bytesOf(path),
    readText: async (path) => new TextDecoder().decode(bytesOf(path)),
    open: async (path) => new Blob([bytesOf(path)]).stream(),
    async write(path, data) {
      all.set(path, new Uint8Array(await new Response(data as BodyInit).arrayBuffer()))
      return entryOf(path)
    },
    list: async () => [...all.keys()].map(entryOf),
    stat: async (path) => entryOf(path),
    delete: async (path) => void all.delete(path),
  }
  const fetch = async (): Promise<Response> => answer
  const context = { files, fetch, signal: new AbortController().signal } as unknown as BlockContext
  return { context, textOf: (path: string) => new TextDecoder().decode(bytesOf(path)), paths: () => [...all.keys()] }
}

async function run(block: Block, input: object, context: BlockContext): Promise<[string, unknown][]> {
  const yielded: [string, unknown][] = []
  for await (const pair of block.run(block.input.parse(input) as never, context)) yielded.push(pair)
  return yielded
}

describe('files/write and files/read', () => {
  it('give back texts, bytes and values', async () => {
    const { context } = contextWith({})
    await run(write, { path: 'a', text: '{"a":[1]}' }, context)
    expect(await run(read, { path: 'a' }, context)).toEqual([['content', '{"a":[1]}']])
    expect(await run(read, { path: 'a', as: 'json' }, context)).toEqual([['content', { a: [1] }]])
    await run(write, { path: 'b', base64: '/wAB' }, context)
    expect(await run(read, { path: 'b', as: 'base64' }, context)).toEqual([['content', '/wAB']])
    await expect(run(read, { path: 'b', as: 'json' }, context)).rejects.toThrow('the file "b" is not JSON')
  })

  it('list what is there', async () => {
    const { context } = contextWith({ a: 'x', b: '' })
    expect(await run(list, {}, context)).toEqual([
      ['paths', ['a', 'b']],
      [
        'files',
        [
          { path: 'a', bytes: 1, modified_at: '1970-01-01T00:00:00.000Z' },
          { path: 'b', bytes: 0, modified_at: '1970-01-01T00:00:00.000Z' },
        ],
      ],
    ])
  })
})

describe('files/store', () => {
  const png = (): Response => new Response('image', { headers: { 'content-type': 'image/png' } })

  it.each([
    ['https://a.example/pictures/logo.png?size=2', png(), /^[0-9a-f]{16}-logo\.png$/],
    ['https://a.example/logo', png(), /^[0-9a-f]{16}-logo\.png$/],
    ['https://a.example/', png(), /^[0-9a-f]{16}\.png$/],
    ['HTTPS://a.example/..%2f..%2fetc', png(), /^[0-9a-f]{16}\.png$/],
    ['https://a.example/data', new Response('image'), /^[0-9a-f]{16}-data\.txt$/],
  ])('stores what %s answers, under a name of its own', async (file_in, answer, name) => {
    const { context, textOf, paths } = contextWith({}, answer)
    const [[pin, path] = []] = await run(store, { file_in }, context)
    expect([pin, path]).toEqual(['file_out', expect.stringMatching(name)])
    expect(textOf(String(path))).toBe('image')
    expect(paths()).toHaveLength(1)
  })

  it('leaves a file of the execution where it is, or gives what is in it', async () => {
    const { context, paths } = contextWith({ 'f/a.bin': 'Hello' })
    expect(await run(store, { file_in: 'f/a.bin' }, context)).toEqual([['file_out', 'f/a.bin']])
    expect(await run(store, { file_in: 'f/a.bin', base_64: true }, context)).toEqual([
      ['file_out', 'data:application/octet-stream;base64,SGVsbG8='],
    ])
    expect(paths()).toEqual(['f/a.bin'])
  })

  it('fails where the answer is no file', async () => {
    await expect(run(store, { file_in: 'https://a.example/x' }, contextWith({}).context)).rejects.toThrow(
      'a.example answers with status 404',
    )
  })
})

describe('files/read-text', () => {
  it('reads a file in rows, without those that are to be left out', async () => {
    const { context } = contextWith({ a: '#1\n2\n3\n4' })
    const input = { file_input: 'a', delimiter: '\n', skip_size: 1, skip_rows: 1, row_limit: 2 }
    expect(await run(readText, input, context)).toEqual([
      ['content', '2'],
      ['content', '3'],
    ])
  })

  it('gives an empty file as an empty text', async () => {
    const { context } = contextWith({ a: '' })
    expect(await run(readText, { file_input: 'a' }, context)).toEqual([['content', '']])
  })
})
