import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Ashlar, ashlar, createTestFolder, type Ended, type TestFolder } from './ashlar.ts'

const DOCUMENT = {
  nodes: [
    { id: 'say', block: 'words/say' },
    { id: 'out', block: 'io/output', inputs: { name: 'said' } },
  ],
  links: [{ from: 'say.out', to: 'out.value' }],
}

let folder: TestFolder
let graph: string
beforeAll(async () => {
  folder = await createTestFolder()
  graph = join(folder.path, 'graph.json')
  await writeFile(graph, JSON.stringify(DOCUMENT))
  await mkdir(packageFolder(), { recursive: true })
  const manifest = { name: 'words', version: '1.0.0', type: 'module', ashlar: { blocks: './index.ts' } }
  await writeFile(join(packageFolder(), 'package.json'), JSON.stringify(manifest))
  await writeFile(join(folder.path, 'ashlar.config.ts'), `export default { plugins: ['words'] }`)
})
afterAll(() => folder.remove())

const packageFolder = (): string => join(folder.path, 'node_modules', 'words')

/** Changes the source of the block: it yields `text`. */
function change(text: string, pin = 'out'): Promise<void> {
  const source = `import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'
const say = defineBlock({
  id: 'ffffffff-0000-4000-8000-000000000001', name: 'say', description: '', category: 'TEST', tests: [],
  input: z.object({}), output: z.object({ ${pin}: z.string() }), *run() { yield ['${pin}', '${text}'] },
})
export default definePlugin({ name: 'words', blocks: [say] })
`
  return writeFile(join(packageFolder(), 'index.ts'), source)
}

function environment(name: string): Record<string, string> {
  return {
    ASHLAR_DATA_DIR: join(folder.path, name),
    ASHLAR_CONFIG: join(folder.path, 'ashlar.config.ts'),
    ASHLAR_EXAMPLES: 'false',
  }
}

function readOutput({ stdout, stderr }: Ended): unknown {
  if (stdout === '') throw new Error(stderr)
  return (JSON.parse(stdout) as { said: unknown }).said
}

describe('ashlar run, immediately after a change of a block,', () => {
  it('runs the new code without a running server', async () => {
    for (const text of ['one', 'two', 'three']) {
      await change(text)
      expect(readOutput(await ashlar(['run', graph], environment('alone')))).toEqual([text])
    }
  })

  it('runs the new code on a running server, and adds a version to the existing graph', async () => {
    await change('one')
    const server = new Ashlar(['start'], environment('served'))
    await server.ready()
    expect(readOutput(await ashlar(['run', graph], environment('served')))).toEqual(['one'])
    for (const [index, text] of ['two', 'three', 'four'].entries()) {
      await change(text)
      const ran = await ashlar(['run', graph], environment('served'))
      expect(readOutput(ran)).toEqual([text])
      expect(ran.stderr).toContain(`Blocks have changed: version ${index + 2} of graph "graph" uses those that are installed.`)
    }
    const again = await ashlar(['run', graph], environment('served'))
    expect(readOutput(again)).toEqual(['four'])
    expect(again.stderr).not.toContain('Blocks have changed')
    server.child.kill('SIGTERM')
    expect((await server.ended).status).toBe(0)
  })

  it('prints the error of a plugin that does not load, and does not run the previous code', async () => {
    await change('one')
    expect(readOutput(await ashlar(['run', graph], environment('broken')))).toEqual(['one'])
    await writeFile(join(packageFolder(), 'index.ts'), 'export cnst')
    const ran = await ashlar(['run', graph], environment('broken'))
    expect(ran).toMatchObject({ status: 1, stdout: '' })
    expect(ran.stderr).toMatch(/plugin did not load: PLUGIN_LOAD_FAILED words 1\.0\.0: index\.ts:1:8: Unexpected "cnst"/)
    expect(ran.stderr).toMatch(/error GRAPH_INVALID: .*there is no block "words\/say"/)
  })

  it('rejects a graph that uses a removed pin', async () => {
    await change('one')
    expect(readOutput(await ashlar(['run', graph], environment('pins')))).toEqual(['one'])
    await change('two', 'other')
    const ran = await ashlar(['run', graph], environment('pins'))
    expect(ran).toMatchObject({ status: 1, stdout: '' })
    expect(ran.stderr).toMatch(/error GRAPH_INVALID: .*links\.0\.from: block words\/say has no output pin "out"; it has other/)
  })
})
