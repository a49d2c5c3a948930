import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cloneDatabase } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { runCli } from '../cli.ts'

let folder: string
let environment: Record<string, string>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-import-'))
  environment = { ASHLAR_DATA_DIR: join(folder, 'data'), DATABASE_URL: await cloneDatabase(inject('postgresUrl')), PORT: '0' }
})
afterAll(() => rm(folder, { recursive: true }))

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const printed = { out: '', err: '' }
  const stdout = { write: (text: string) => (printed.out += text) }
  const stderr = { write: (text: string) => (printed.err += text) }
  return { status: await runCli(args, { stdout, stderr, environment }), ...printed }
}

async function write(name: string, content: unknown): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const AGENT = {
  name: 'Agent',
  nodes: [
    { id: 'a', block_id: '1ff065e9-88e8-4358-9d82-8dc91f622ba9', input_default: { input: 1, old: 2 } },
    { id: 'b', block_id: '0d0d0d0d-1111-4222-8333-444444444444' },
  ],
  links: [{ source_id: 'a', sink_id: 'b', source_name: 'output', sink_name: 'x' }],
}

it('imports an export of the AutoGPT Platform, reports what is missing, and exports it in both formats', async () => {
  const imported = await run('graph', 'import', await write('agent.json', AGENT))
  expect(imported).toMatchObject({ status: 0, out: expect.stringMatching(/^[\w=-]+\n$/) as string })
  expect(imported.err).toContain('missing 0d0d0d0d-1111-4222-8333-444444444444 in 1 node')
  expect(imported.err).toContain('Parts of the file computed again: 1, left out: 1.')
  const output = join(folder, 'again.json')
  expect(await run('graph', 'export', 'Agent', '--format', 'autogpt', '--output', output)).toMatchObject({ status: 0, out: '' })
  const again = JSON.parse((await run('graph', 'import', output, '--name', 'Again', '--json')).out) as Json
  expect(again).toMatchObject({ graph: { name: 'Again' }, report: { format: 'AUTOGPT', missingBlocks: [{ count: 1 }] } })
  const { out } = await run('graph', 'export', again.graph.id)
  expect(JSON.parse(out)).toMatchObject({
    name: 'Again',
    document: { origin: 'AUTOGPT', nodes: [{}, { block: 'graph/placeholder' }] },
  })
  expect(await readFile(output, 'utf8')).toContain('"block_id": "0d0d0d0d-1111-4222-8333-444444444444"')
})

it('prints the error of a file that cannot be imported, with its places', async () => {
  const broken = await run('graph', 'import', await write('broken.json', '{ "nodes": ['), '--json')
  expect(broken).toMatchObject({ status: 1, err: expect.stringContaining('is not valid JSON') as string })
  expect(JSON.parse(broken.out)).toMatchObject({ error: { code: 'BAD_INPUT' } })
  const links = [{ ...AGENT.links[0], sink_id: 'z' }]
  const unknown = await run('graph', 'import', await write('unknown.json', { ...AGENT, links }))
  expect(unknown).toMatchObject({
    status: 1,
    out: '',
    err: expect.stringContaining('error GRAPH_INVALID: links.0.sink_id: ') as string,
  })
  expect(await run('graph', 'import', 'x.json', '--format', 'xml')).toMatchObject({ status: 2 })
})

interface Json {
  graph: { id: string }
}
