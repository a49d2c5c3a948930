import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Ashlar, ashlar, createClient, createTestFolder, runInShell, type Ended, type TestFolder } from './ashlar.ts'

const PLUGIN = `import { anyHost, apiKey, defineBlock, definePlugin, defineProvider, oauth2, userPassword } from '@ashlar/sdk'
import { z } from 'zod'
const safe = defineProvider({ name: 'safe', title: 'Safe', hosts: ['safe.example'], auth: [apiKey(), userPassword()] })
const drive = defineProvider({
  name: 'drive', title: 'Drive', hosts: ['drive.example'],
  auth: [oauth2({ authorizationUrl: 'https://drive.example/grant', tokenUrl: 'https://drive.example/token', scopes: { read: 'Read' } })],
})
const block = (i, name, provider) => defineBlock({
  id: '77777777-0000-4000-8000-00000000000' + i, name, description: '', category: 'TEST', tests: [],
  capabilities: { credentials: [provider] }, input: z.object({}), output: z.object({ text: z.string() }),
  async *run(_, { credentials }) { yield ['text', (await credentials(provider)).name] },
})
export default definePlugin({ name: 'vault', providers: [safe, drive], blocks: [block(1, 'open', 'safe'), block(2, 'fetch', 'drive')] })
`

let folder: TestFolder
let server: Ashlar
let environment: Record<string, string>
beforeAll(async () => {
  folder = await createTestFolder()
  const plugin = join(folder.path, 'node_modules', 'vault')
  await mkdir(plugin, { recursive: true })
  const manifest = { name: 'vault', version: '1.0.0', type: 'module', ashlar: { blocks: './index.ts' } }
  await writeFile(join(plugin, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(plugin, 'index.ts'), PLUGIN)
  await writeFile(join(folder.path, 'ashlar.config.ts'), `export default { plugins: ['vault'] }`)
  environment = {
    ASHLAR_DATA_DIR: join(folder.path, 'data'),
    ASHLAR_CONFIG: join(folder.path, 'ashlar.config.ts'),
    ASHLAR_EXAMPLES: 'false',
    ASHLAR_OAUTH_CLIENTS: '{"vault/drive": {"clientId": "c", "clientSecret": "s"}}',
  }
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
  it('prints every fault of a graph that it rejects', async () => {
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

  it('prints each warning of a graph that it saves, also of an unchanged graph', async () => {
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
        'warning links.0: split.texts is a list, but get.index requires a whole number: the list becomes the number of its items.',
      )
    }
  })
})

describe('ashlar run', () => {
  it('explains how to raise an exhausted budget and names the nodes that used it', async () => {
    const document = {
      nodes: [
        { id: 'wait', block: 'time/countdown', inputs: { input_message: 'again' } },
        { id: 'more', block: 'time/countdown' },
      ],
      links: [
        { from: 'wait.output_message', to: 'more.input_message' },
        { from: 'more.output_message', to: 'more.input_message' },
      ],
      budget: 20,
    }
    const { status, stderr } = await withGraph(['run'], document)
    expect(status).toBe(1)
    expect(stderr).toContain(
      'error BUDGET_EXCEEDED: node "more": the graph exhausted its budget of 20 node executions, most of them in "more" 19, "wait" 1, in the cycle "more" → "more": ' +
        'set "budget" in the graph document to a larger number, at most 1000000, or check why the cycle never ends',
    )
  })

  it('names the mutation and the command that add a missing credential, and the command adds it', async () => {
    const document = { nodes: [{ id: 'n', block: 'vault/open' }] }
    const missing = await withGraph(['run'], document)
    expect(missing.status).toBe(1)
    expect(missing.stderr).toContain(
      'error CREDENTIAL_MISSING: node "n" (vault/open): a credential for vault/safe is needed, and you have none: ' +
        'add one with the mutation addCredential or the command: ASHLAR_DATA_DIR=',
    )
    const command = /the command: (.*)$/m.exec(missing.stderr)?.[1] ?? ''
    expect(await runInShell(command, 's3cret-key\n')).toMatchObject({
      status: 0,
      stderr: 'Added "default" for vault/safe.\n',
    })
    expect((await withGraph(['run'], document)).status).toBe(0)
  })
})

describe('a plugin that breaks while the server runs', () => {
  it('is logged once with its location and a remedy, as in the API', async () => {
    const file = join(folder.path, 'node_modules', 'vault', 'index.ts')
    await writeFile(file, `${PLUGIN}\nconst = 1\n`)
    const logged = await server.printed(/^plugin did not load: PLUGIN_LOAD_FAILED (.*)$/m)
    expect(logged).toBe(
      'vault 1.0.0: index.ts:15:7: Expected identifier but found "=". ' +
        'Correct the package, install a version that loads, or remove it from "plugins" in the configuration file.',
    )
    const query = await createClient(await server.ready(), join(folder.path, 'data'))
    const { plugins } = await query('{ plugins(first: 50) { edges { node { packageName error { code message } } } } }')
    const vault = plugins.edges.find(({ node }: { node: { packageName: string } }) => node.packageName === 'vault')
    expect(vault.node.error).toEqual({ code: 'PLUGIN_LOAD_FAILED', message: logged })
    await writeFile(file, PLUGIN)
    await server.printed(/^(plugin loads again: vault 1\.0\.0)$/m)
    expect(server.stderr.match(/^plugin /gm)).toHaveLength(2)
  })
})

describe('ashlar credential', () => {
  it('adds a password, lists credentials without secrets, and removes the password', async () => {
    const added = await ashlar(['credential', 'add', 'vault/safe', '--name', 'team', '--user', 'ada'], environment, 'pa55word')
    expect(added.status).toBe(0)
    const again = await ashlar(['credential', 'add', 'vault/safe', '--name', 'team', '--user', 'ada'], environment, 'other')
    expect(again.stderr).toContain('error CONFLICT: you already have a credential for vault/safe with the name "team": ')
    const listed = await ashlar(['credential', 'list'], environment)
    expect(listed.stdout).toMatch(/^vault\/safe +team +USER_PASSWORD +safe\.example +READY +never used$/m)
    expect(listed.stdout).not.toContain('pa55word')
    const removed = await ashlar(['credential', 'remove', 'vault/safe', '--name', 'team'], environment)
    expect(removed).toMatchObject({ status: 0, stderr: 'Removed "team" for vault/safe.\n' })
    expect((await ashlar(['credential', 'list'], environment)).stdout).not.toContain('team')
  })

  it('explains which hosts may receive a secret before it reads the secret, and lists them', async () => {
    const refused = await ashlar(['credential', 'add', 'http/host', '--host', '*.localhost'], environment)
    expect(refused).toMatchObject({
      status: 1,
      stderr:
        'error BAD_INPUT: the host "*.localhost" has too wide a wildcard: "*." must precede a domain of at least two labels; ' +
        'examples are "api.example.com", "api.example.com:8443", "*.example.com" for all hosts below example.com, ' +
        'and "http://localhost:8080" for a host without encryption\n',
    })
    const hosts = ['--host', '*.Example.com', '--host', 'http://localhost:8080']
    const added = await ashlar(['credential', 'add', 'http/host', ...hosts], environment, '{"x-key": "s3cret"}')
    expect(added.status).toBe(0)
    const { stdout } = await ashlar(['credential', 'list'], environment)
    expect(stdout).toMatch(/^http\/host +default +HOST_SCOPED +\*\.example\.com, http:\/\/localhost:8080 +READY +never used$/m)
  })

  it('prints the URL at which the user grants access with OAuth 2', async () => {
    const { status, stdout } = await ashlar(['credential', 'add', 'vault/drive'], environment)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^https:\/\/drive\.example\/grant\?.*client_id=c/)
  })

  it('adds the kind that the options select, and the server rejects a kind that the service does not support', async () => {
    const { stderr } = await ashlar(['credential', 'add', 'vault/drive', '--api-key'], environment, 's3cret-key')
    expect(stderr).toContain('error BAD_INPUT: secret must be of type OAUTH2 for vault/drive, got API_KEY')
    const both = await ashlar(['credential', 'add', 'vault/drive', '--api-key', '--oauth'], environment, 's3cret-key')
    expect(both).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('use only one of --api-key, --user, --host, --base-url and --oauth'),
    })
  })

  it('rejects a secret in the arguments, a missing secret, and an unknown provider', async () => {
    const argument = await ashlar(['credential', 'add', 'vault/safe', 's3cret'], environment)
    expect(argument).toMatchObject({ status: 2, stderr: expect.stringContaining('from standard input, not from an argument') })
    const none = await ashlar(['credential', 'add', 'vault/safe'], environment)
    expect(none).toMatchObject({ status: 1, stderr: expect.stringContaining('error BAD_INPUT: the secret is missing') })
    const unknown = await ashlar(['credential', 'add', 'vault/no'], environment, 'x')
    expect(unknown.stderr).toMatch(
      /error BAD_INPUT: there is no provider "vault\/no"; available providers: .*\bvault\/drive, vault\/safe/,
    )
  })
})
