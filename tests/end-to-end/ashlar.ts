import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../../gateway/src/bin.ts', import.meta.url))

export interface Ended {
  status: number | null
  stdout: string
  stderr: string
}

/** The real command in a child process with a separate environment. */
export class Ashlar {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  stdout = ''
  stderr = ''

  /** @param input the standard input */
  constructor(args: string[], environment: Record<string, string>, input?: string) {
    const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PORT: '0', ...environment }
    this.child = spawn(process.execPath, [COMMAND, ...args], {
      env,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    this.child.stdin?.end(input)
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    this.ended = new Promise((resolve) => {
      this.child.once('close', (status) => resolve({ status, stdout: this.stdout, stderr: this.stderr }))
    })
  }

  /** The URL in the line `ready …`. */
  async ready(): Promise<string> {
    const url = await this.#printed(/^ready (http:\/\/127\.0\.0\.1:\d+\/graphql)$/m, () => this.stdout)
    return url
  }

  /** Waits for a match on standard error. Returns its first group. */
  printed(pattern: RegExp): Promise<string> {
    return this.#printed(pattern, () => this.stderr)
  }

  /** Waits for a match on standard output. Returns its first group. */
  printedOnStdout(pattern: RegExp): Promise<string> {
    return this.#printed(pattern, () => this.stdout)
  }

  #printed(pattern: RegExp, text: () => string): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(text())?.[1]
        if (found !== undefined) resolve(found)
      }
      this.child.stdout?.on('data', look)
      this.child.stderr?.on('data', look)
      this.child.once('close', () =>
        reject(new Error(`the command ended before it printed ${String(pattern)}:\n${this.stdout}${this.stderr}`)),
      )
      look()
    })
  }
}

/** Runs a command to its end. */
export function ashlar(args: string[], environment: Record<string, string>, input?: string): Promise<Ended> {
  return new Ashlar(args, environment, input).ended
}

/** Runs a command line that `ashlar` has printed, like a user who pastes it into a shell. */
export function runInShell(command: string, input = ''): Promise<Ended> {
  const child = spawn('sh', ['-c', command], { env: { PATH: process.env.PATH, HOME: process.env.HOME } })
  const ended = { status: null as number | null, stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ended.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ended.stderr += text))
  child.stdin.end(input)
  return new Promise((resolve) => child.once('close', (status) => resolve({ ...ended, status })))
}

export interface TestFolder {
  path: string
  remove(): Promise<void>
}

export async function createTestFolder(): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), 'ashlar-e2e-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

// oxlint-disable-next-line no-explicit-any -- tests compare responses as JSON
type Client = (query: string, variables?: object) => Promise<Record<string, any>>

/** Sends GraphQL requests with the owner's key of a data directory. */
export async function createClient(url: string, dataDir: string): Promise<Client> {
  const key = (await readFile(join(dataDir, 'owner-key'), 'utf8')).trim()
  return async (query, variables = {}) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` }
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) })
    const { data, errors } = (await response.json()) as { data: Record<string, unknown>; errors?: unknown }
    if (errors) throw new Error(JSON.stringify(errors))
    return data
  }
}
