import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readGraphFile, resolveInputs } from './index.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-files-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function write(name: string, content: unknown): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const DOCUMENT = { nodes: [{ id: 'a', block: 'io/note' }], links: [] }

describe('readGraphFile', () => {
  it('reads a graph with name, description, labels and inputs', async () => {
    const path = await write('full.json', {
      $schema: '../schemas/graph-file.json',
      name: 'Full',
      description: 'All of it.',
      labels: ['a'],
      document: DOCUMENT,
      inputs: { a: 1 },
    })
    expect(await readGraphFile(path)).toEqual({
      name: 'Full',
      description: 'All of it.',
      labels: ['a'],
      document: DOCUMENT,
      graphs: {},
      inputs: { a: 1 },
      path,
    })
  })

  it('names a graph without a name after its file', async () => {
    const path = await write('word-count.json', { document: DOCUMENT })
    expect(await readGraphFile(path)).toEqual({
      name: 'word-count',
      description: '',
      labels: [],
      document: DOCUMENT,
      graphs: {},
      inputs: {},
      path,
    })
  })

  it('accepts a bare document', async () => {
    const path = await write('bare.json', DOCUMENT)
    expect(await readGraphFile(path)).toEqual({
      name: 'bare',
      description: '',
      labels: [],
      document: DOCUMENT,
      graphs: {},
      inputs: {},
      path,
    })
  })

  it.each([
    ['broken.json', '{', /broken\.json is not valid JSON: /],
    ['list.json', [], /must contain a graph as \{ document: \{ nodes, links \} \} or \{ nodes, links \}/],
    ['other.json', { document: 1 }, /must contain a graph.*: document: /],
    ['more.json', { document: DOCUMENT, inptus: {} }, /must contain a graph/],
  ])('rejects %s', async (name, content, message) => {
    const error = expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringMatching(message) as string })
    await expect(readGraphFile(await write(name, content))).rejects.toThrow(error)
  })

  it('rejects a file that is larger than a request may be', async () => {
    const path = join(folder, 'large.json')
    await writeFile(path, '')
    await truncate(path, 700_000_000)
    await expect(readGraphFile(path)).rejects.toThrow(/large\.json has 700000000 bytes; the maximum is 33554432/)
  })

  it('reports a missing file', async () => {
    await expect(readGraphFile('nowhere.json')).rejects.toThrow('nowhere.json cannot be read: the file does not exist')
  })
})

describe('resolveInputs', () => {
  const schema = { type: 'object', properties: { text: { type: 'string' }, number: { type: 'number' }, any: {} } }
  const resolve = (inputs: Record<string, unknown>, given: string[]) =>
    resolveInputs({ inputs, path: join(folder, 'graph.json') }, given, schema)

  it('prefers inputs of the command line to inputs of the file', async () => {
    expect(await resolve({ text: 'file', number: 1 }, ['text=line'])).toEqual({ text: 'line', number: 1 })
  })

  it('keeps text for inputs of type string and parses other inputs that are JSON', async () => {
    expect(await resolve({}, ['text=42', 'number=42', 'any={"a":[1]}'])).toEqual({ text: '42', number: 42, any: { a: [1] } })
    expect(await resolve({}, ['any=Ada', 'unknown=true', 'text=', 'number=x=y'])).toEqual({
      any: 'Ada',
      unknown: true,
      text: '',
      number: 'x=y',
    })
  })

  it('reads the file after @, and treats @@ as a literal @', async () => {
    const path = await write('value.json', '[1, 2]')
    expect(await resolve({}, [`any=@${path}`, `text=@${path}`])).toEqual({ any: [1, 2], text: '[1, 2]' })
    expect(await resolve({}, ['text=@@home'])).toEqual({ text: '@home' })
  })

  it('reads files that the graph file names, from its directory or from a package', async () => {
    await write('beside.csv', 'a,b\n1,2\n')
    expect(await resolve({ text: { $file: 'beside.csv' } }, [])).toEqual({ text: 'a,b\n1,2\n' })
    const { any } = await resolve({ any: { $file: 'vega-datasets/data/cars.json' } }, [])
    expect((any as unknown[]).length).toBe(406)
  })

  it('does not read the file of an overridden input', async () => {
    const inputs = { any: { $file: 'nowhere.json' } }
    expect(await resolve(inputs, ['any=1'])).toEqual({ any: 1 })
  })

  it.each([
    [{ any: { $file: 'nowhere.json' } }, [], /^nowhere\.json cannot be read: the file does not exist/],
    [{ any: { $file: 'no-such-package/data.json' } }, [], /^no-such-package\/data\.json cannot be read/],
    [{}, ['any=@nowhere.json'], /nowhere\.json cannot be read/],
    [{}, ['any'], /--input must be name=value or name=@path, got "any"/],
  ])('rejects %j %j', async (inputs, given, message) => {
    const error = expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringMatching(message) as string })
    await expect(resolve(inputs, given)).rejects.toThrow(error)
  })

  it('does not treat an object with more keys than $file as a file', async () => {
    expect(await resolve({ any: { $file: 'a', more: 1 } }, [])).toEqual({ any: { $file: 'a', more: 1 } })
  })
})
