import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Ashlar, ashlar, createTestFolder, type Ended, type TestFolder } from './ashlar.ts'

let folder: TestFolder
let server: Ashlar
let environment: Record<string, string>
beforeAll(async () => {
  folder = await createTestFolder()
  environment = { ASHLAR_DATA_DIR: join(folder.path, 'data'), ASHLAR_EXAMPLES: 'false' }
  server = new Ashlar(['start'], environment)
  await server.ready()
})
afterAll(async () => {
  server.child.kill('SIGTERM')
  await server.ended
  await folder.remove()
})

async function withGraph(command: string[], document: object): Promise<Ended> {
  const path = join(folder.path, 'graph.json')
  await writeFile(path, JSON.stringify(document))
  return ashlar([...command, path], environment)
}

describe.each([[['run']], [['graph', 'import']]])('ashlar %j', (command) => {
  it('prints every fault of a graph that it refuses', async () => {
    const document = {
      nodes: [
        { id: 'a', block: 'text/nothing' },
        { id: 'b', block: 'text/replace', inputs: { nope: 1, text: 'x', old: 'x', new: 'y' } },
      ],
      links: [{ from: 'c.out', to: 'b.text' }],
    }
    const { status, stdout, stderr } = await withGraph(command, document)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr.trimEnd().split('\n')).toEqual([
      'error GRAPH_INVALID: the graph has 3 faults: links.0.from: there is no node "c"',
      '  links.0.from: there is no node "c"',
      '  nodes.a.block: there is no block "text/nothing"',
      '  nodes.b.inputs.nope: block text/replace has no input pin "nope"; it has text, old, new',
    ])
  })

  it('prints each warning of a graph that it saves, also when it was saved before', async () => {
    const document = {
      nodes: [
        { id: 'split', block: 'text/split', inputs: { text: 'a,b', delimiter: ',' } },
        { id: 'get', block: 'list/get', inputs: { list: [1, 2, 3] } },
        { id: 'out', block: 'io/output', inputs: { name: 'item' } },
      ],
      links: [
        { from: 'split.texts', to: 'get.index' },
        { from: 'get.item', to: 'out.value' },
      ],
    }
    for (const _ of ['first', 'second']) {
      const { status, stderr } = await withGraph(command, document)
      expect(status).toBe(0)
      expect(stderr).toContain(
        'warning links.0: split.texts gives a list, get.index takes a whole number: the list becomes the number of its items.',
      )
    }
  })
})
