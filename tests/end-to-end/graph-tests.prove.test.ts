import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ashlar, createTestFolder, type TestFolder } from './ashlar.ts'

// A user runs a graph on a service, makes a test of the execution, and runs it when the service is not reachable.

const SECRET = 'the-real-secret-of-the-service'
const MASKED = '*'.repeat(SECRET.length)
let folder: TestFolder
let service: Server
let origin: string
let tests: string
beforeAll(async () => {
  folder = await createTestFolder()
  service = createServer((request, response) => {
    const isKnown = request.headers.authorization === SECRET
    response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ user: isKnown ? `Ada, ${request.headers.authorization}` : null }))
  })
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
  tests = join(folder.path, 'users.tests.json')
  await writeFile(join(folder.path, 'users.json'), JSON.stringify({ name: 'Users', document: document() }))
})
afterAll(async () => {
  service.close()
  await folder.remove()
})

const document = () => ({
  nodes: [
    { id: 'fetch', block: 'http/authenticated-request', inputs: { url: `${origin}/users/1` } },
    { id: 'wait', block: 'time/wait', inputs: { seconds: 2 } },
    { id: 'now', block: 'time/current-date-time', inputs: { trigger: 'now' } },
    { id: 'user', block: 'io/output', inputs: { name: 'user' } },
    { id: 'at', block: 'io/output', inputs: { name: 'at' } },
  ],
  links: [
    { from: 'fetch.json_@_user', to: 'user.value' },
    { from: 'now.date_time', to: 'at.value' },
  ],
})

const environment = (name: string): Record<string, string> => ({
  ASHLAR_DATA_DIR: join(folder.path, name),
  ASHLAR_EXAMPLES: 'false',
  ASHLAR_HTTP_ALLOW: '127.0.0.1',
})

describe('a test of a graph', () => {
  it('is made from an execution, without its secrets', async () => {
    const headers = JSON.stringify({ authorization: SECRET })
    const add = ['credential', 'add', 'http/host', '--host', origin]
    expect(await ashlar(add, environment('data'), headers)).toMatchObject({ status: 0 })
    const run = await ashlar(['run', join(folder.path, 'users.json'), '--record'], environment('data'))
    expect(run).toMatchObject({ status: 0 })
    const [, id = ''] = /graph record (\S+)/.exec(run.stderr) ?? []
    const recorded = await ashlar(['graph', 'record', id, '--output', tests, '--name', 'a user'], environment('data'))
    expect(recorded).toMatchObject({ status: 0, stdout: `${tests}\n` })
    const text = await readFile(tests, 'utf8')
    expect(text).not.toContain(SECRET)
    const { cases } = JSON.parse(text) as { cases: Record<string, unknown>[] }
    expect(cases).toMatchObject([
      {
        name: 'a user',
        http: { [`GET ${origin}/users/1`]: { status: 200, json: { user: `Ada, ${MASKED}` } } },
        credentials: { 'http/host': { type: 'HOST_SCOPED' } },
        nodes: { now: [{ inputs: { trigger: 'now' } }] },
        outputs: { user: [`Ada, ${MASKED}`] },
      },
    ])
    expect(Object.keys((cases[0] as { nodes: object }).nodes)).toEqual(['now'])
  })

  it('has the graphs that its nodes run, with their responses', async () => {
    const path = join(folder.path, 'team.json')
    const nodes = [
      { id: 'fetch', block: 'io/graph', inputs: { graph_id: 'users' } },
      { id: 'user', block: 'io/output', inputs: { name: 'user' } },
      { id: 'at', block: 'io/output', inputs: { name: 'at' } },
    ]
    const links = ['user', 'at'].map((name) => ({ from: `fetch.${name}`, to: `${name}.value` }))
    const graphs = { users: { name: 'Users', document: document() } }
    await writeFile(path, JSON.stringify({ name: 'Team', document: { nodes, links }, graphs }))
    const run = await ashlar(['run', path, '--record'], environment('data'))
    const [, id = ''] = /graph record (\S+)/.exec(run.stderr) ?? []
    await rm(path)
    const output = join(folder.path, 'team.tests.json')
    expect(await ashlar(['graph', 'record', id, '--output', output], environment('data'))).toMatchObject({ status: 0 })
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ graphs: { users: { name: 'Users' } } })
    const { cases } = JSON.parse(await readFile(output, 'utf8')) as { cases: { http: object; nodes: object }[] }
    expect(cases.map(({ http, nodes: replaced }) => [Object.keys(http), Object.keys(replaced)])).toEqual([
      [[`GET ${origin}/users/1`], ['now']],
    ])
  })

  it('passes without the service, in an empty installation', async () => {
    service.close()
    const { status, stderr } = await ashlar(['graph', 'test', folder.path], environment('other'))
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining('all cases passed: 2') as string })
  })

  it('fails with the difference, and writes JUnit XML', async () => {
    const file = JSON.parse(await readFile(tests, 'utf8')) as { cases: { outputs: object }[] }
    const cases = file.cases.map((each) => ({ ...each, name: 'another user', outputs: { ...each.outputs, user: ['Bob'] } }))
    const changed = JSON.stringify({ cases })
    await writeFile(tests, changed)
    const junit = join(folder.path, 'junit.xml')
    const { status, stderr, stdout } = await ashlar(['graph', 'test', tests, '--junit', junit, '--json'], environment('other'))
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`outputs.user.0: expected "Bob", got "Ada, ${MASKED}"`) as string,
    })
    expect(await readFile(junit, 'utf8')).toContain('tests="1" failures="1"')
    expect(JSON.parse(stdout)).toMatchObject([{ cases: [{ name: 'another user' }] }])
  })

  it('reports files that are not valid', async () => {
    await writeFile(tests, '{ "cases": [{ "name": "a", "input": {} }] }')
    const { status, stderr } = await ashlar(['graph', 'test', tests], environment('other'))
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringMatching(/cases\.0: .*input/) as string })
    expect(await ashlar(['graph', 'test', join(folder.path, 'none')], environment('other'))).toMatchObject({ status: 2 })
  })
})
