import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Ashlar, ashlar, createClient, createTestFolder, runInShell, type TestFolder } from './ashlar.ts'

let folder: TestFolder
beforeAll(async () => {
  folder = await createTestFolder()
})
afterAll(() => folder.remove())

const HELLO = {
  nodes: [
    { id: 'name', block: 'io/input', inputs: { name: 'name' } },
    { id: 'greet', block: 'text/template', inputs: { format: 'Hello {{ name }}!' } },
    { id: 'out', block: 'io/output', inputs: { name: 'greeting' } },
  ],
  links: [
    { from: 'name.result', to: 'greet.values_#_name' },
    { from: 'greet.output', to: 'out.value' },
  ],
}
const SLEEP = { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds: 3 } }] }
/** A worker keeps an execution during sleeps of less than a second. */
const WAIT = { nodes: [{ id: 'wait', block: 'time/countdown', inputs: { seconds: '0.5', repeat: 6 } }] }

/** Returns the command that a page shows. */
async function commandOn(page: URL): Promise<string> {
  const html = await (await fetch(page, { headers: { accept: 'text/html' } })).text()
  const text = /<code>(.*?)<\/code>/.exec(html)?.[1] ?? ''
  return text.replaceAll(/&#(\d+);/g, (_entity, code: string) => String.fromCharCode(Number(code)))
}

describe('ashlar start', () => {
  it('runs the examples on its first start, logs a browser in, stops in order, and continues executions after a restart', async () => {
    const dataDir = join(folder.path, 'data')
    const first = new Ashlar(['start'], { ASHLAR_DATA_DIR: dataDir })
    const url = await first.ready()
    expect((await fetch(new URL('/health', url))).status).toBe(200)
    const link = new URL(await first.printed(/(http:\/\/[0-9a-f]{20}\.localhost:\d+\/login#\S+)/))
    const enter = (token: string): Promise<Response> =>
      fetch(new URL('/login', url), { method: 'POST', headers: { 'ashlar-login-token': token } })
    const login = await enter(link.hash.slice(1))
    expect(login.headers.get('set-cookie')).toMatch(/HttpOnly.*SameSite=Strict|SameSite=Strict.*HttpOnly/i)
    expect((await enter(link.hash.slice(1))).status).toBe(401)
    const another = await ashlar(['login'], { ASHLAR_DATA_DIR: dataDir })
    expect(another).toMatchObject({ status: 0, stdout: expect.stringMatching(/^http:\S+\/login#\S+\n$/) })
    expect(another.stderr).toMatch(/expires at \d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}\./)
    for (const command of [
      await first.printed(/^To print another link, .*: (.*login)$/m),
      await commandOn(new URL('/login', url)),
    ])
      expect(await runInShell(command)).toMatchObject({ status: 0, stdout: expect.stringMatching(/\/login#/) })
    const greeted = await runInShell(await first.printed(/^To run a graph: (.*)$/m))
    expect(JSON.parse(greeted.stdout)).toEqual({ greeting: ['Hello Grace!'] })
    const browser = await enter(new URL(another.stdout.trim()).hash.slice(1))
    const { pageToken } = (await browser.json()) as { pageToken: string }
    const headers = { cookie: browser.headers.get('set-cookie') ?? '', 'ashlar-page-token': pageToken }
    const viewer = async (): Promise<number> => (await fetch(`${url}?query={viewer{user{name}}}`, { headers })).status
    expect(await viewer()).toBe(200)
    expect((await ashlar(['logout'], { ASHLAR_DATA_DIR: dataDir })).status).toBe(0)
    expect(await viewer()).toBe(401)
    expect(first.stderr).toContain('Seattle weather')

    const query = await createClient(url, dataDir)
    const { executions } = await query('{ executions(first: 100) { totalCount edges { node { status graph { name } } } } }')
    // eight examples and the run of "Hello"
    expect(executions.edges.map(({ node }: { node: { status: string } }) => node.status)).toEqual(Array(9).fill('COMPLETED'))

    const second = await ashlar(['start'], { ASHLAR_DATA_DIR: dataDir })
    expect(second).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('error DATA_DIR_IN_USE') })

    const { createGraph } = await query(
      `mutation ($d: JSON!) { createGraph(input: { name: "Wait", document: { json: $d } }) { graph { id } } }`,
      { d: SLEEP },
    )
    const { startExecution } = await query(
      `mutation ($id: ID!) { startExecution(input: { graphId: $id }) { execution { id } } }`,
      { id: createGraph.graph.id },
    )
    first.child.kill('SIGTERM')
    expect(await first.ended).toMatchObject({ status: 0 })

    const again = new Ashlar(['start'], { ASHLAR_DATA_DIR: dataDir })
    const queryAgain = await createClient(await again.ready(), dataDir)
    const status = async (): Promise<string> =>
      (await queryAgain(`query ($id: ID!) { execution(id: $id) { status } }`, { id: startExecution.execution.id })).execution
        .status
    await expect.poll(status, { timeout: 20_000 }).toBe('COMPLETED')
    expect(first.stderr).not.toContain('unfinished')
    expect(again.stderr.match(/^.*unfinished.*$/gm)).toEqual(['1 unfinished execution continues.'])
    again.child.kill('SIGINT')
    expect((await again.ended).status).toBe(0)
  })

  it('continues executions immediately after it was killed', async () => {
    const dataDir = join(folder.path, 'killed')
    const environment = { ASHLAR_DATA_DIR: dataDir, ASHLAR_EXAMPLES: 'false' }
    const first = new Ashlar(['start'], environment)
    const query = await createClient(await first.ready(), dataDir)
    const { createGraph } = await query(
      `mutation ($d: JSON!) { createGraph(input: { name: "Wait", document: { json: $d } }) { graph { id } } }`,
      { d: WAIT },
    )
    const { startExecution } = await query(
      `mutation ($id: ID!) { startExecution(input: { graphId: $id }) { execution { id } } }`,
      { id: createGraph.graph.id },
    )
    const statusNow = async (): Promise<string> =>
      (await query(`query ($id: ID!) { execution(id: $id) { status } }`, { id: startExecution.execution.id })).execution.status
    await expect.poll(statusNow, { interval: 20 }).toBe('RUNNING')
    first.child.kill('SIGKILL')
    await first.ended
    const again = new Ashlar(['start'], environment)
    const queryAgain = await createClient(await again.ready(), dataDir)
    const status = async (): Promise<string> =>
      (await queryAgain(`query ($id: ID!) { execution(id: $id) { status } }`, { id: startExecution.execution.id })).execution
        .status
    await expect.poll(status, { timeout: 30_000 }).toBe('COMPLETED')
    again.child.kill('SIGTERM')
    expect((await again.ended).status).toBe(0)
  })

  it('rejects a used port, an unreachable database, and a foreign folder, each with its code', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const taken = ashlar(['start'], { ASHLAR_DATA_DIR: join(folder.path, 'a'), PORT: String(port) })
    const silent = ashlar(['start'], {
      ASHLAR_DATA_DIR: join(folder.path, 'b'),
      DATABASE_URL: `postgres://me:secret@127.0.0.1:1/x`,
    })
    await mkdir(join(folder.path, 'foreign'))
    await writeFile(join(folder.path, 'foreign', 'letter.txt'), 'Dear …')
    const foreign = ashlar(['start'], { ASHLAR_DATA_DIR: join(folder.path, 'foreign') })
    expect(await taken).toMatchObject({ status: 1, stderr: expect.stringContaining(`error PORT_TAKEN`) })
    expect(await silent).toMatchObject({ status: 1, stderr: expect.stringContaining('error DATABASE_UNREACHABLE') })
    expect((await silent).stderr).not.toContain('secret')
    expect(await foreign).toMatchObject({ status: 1, stderr: expect.stringContaining('error DATA_DIR_UNUSABLE') })
    server.close()
  })
})

describe('ashlar run', () => {
  it('prints the outputs as JSON, and exits with 1 if the graph fails and with 2 after a usage error', async () => {
    const environment = { ASHLAR_DATA_DIR: join(folder.path, 'run') }
    const hello = join(folder.path, 'hello.json')
    await writeFile(hello, JSON.stringify(HELLO))
    const ran = await ashlar(['run', hello, '--input', 'name=Ada'], environment)
    expect(JSON.parse(ran.stdout)).toEqual({ greeting: ['Hello Ada!'] })
    expect(ran).toMatchObject({ status: 0, stderr: expect.stringContaining('greet') })
    const failing = join(folder.path, 'failing.json')
    await writeFile(failing, JSON.stringify({ nodes: [{ id: 'get', block: 'list/get', inputs: { list: [], index: 1 } }] }))
    expect(await ashlar(['run', failing], environment)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('error BLOCK_FAILED'),
    })
    expect((await ashlar(['run'], environment)).status).toBe(2)
    expect((await ashlar(['run', hello], environment)).stderr).toContain('INPUTS_INVALID')
  })
})
