import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeBoxes, type CodeBox } from './markdown.ts'

/*
 * Follows docs/plugins/tutorial.md, code block by code block, in a folder that contains only a link `ashlar` to this
 * workspace:
 *
 * - `ts file=…`, `json file=…`: writes the file.
 * - `sh`: runs each line in a shell. Each must exit with 0, except the last, which must exit with `status=…` if it is
 *   set. `export` applies to all subsequent lines.
 * - `sh terminal=<name>`: starts the line in the background, until `sh stop=<name>` interrupts it, like Ctrl-C.
 * - `text`: the output of the previous code block, or the first output of a terminal. `…` matches any text within a
 *   line, and a line `…` matches any lines.
 *
 * The server uses a free port, which replaces 4000 in the page.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const STEP_WITHIN_MS = 120_000
const PORT = /127\.0\.0\.1:\d+/g

interface Step {
  box: CodeBox
  /** The expected output; undefined if the page does not show it. */
  output: string | undefined
}

function readSteps(): Step[] {
  const boxes = codeBoxes(readFileSync(join(ROOT, 'docs/plugins/tutorial.md'), 'utf8'))
  return boxes.flatMap((box, i) => {
    const next = boxes[i + 1]
    if (box.language === 'text') return []
    return { box, output: box.language === 'sh' && next?.language === 'text' ? next.text : undefined }
  })
}

/** The shell and the terminals of a reader who follows the page. */
class Reader {
  readonly #folder: string
  readonly #terminals = new Map<string, { child: ChildProcess; ended: Promise<number | null>; output: string }>()
  #running: ChildProcess | undefined
  #exports = ''
  #address = '127.0.0.1:4000'

  constructor(folder: string) {
    this.#folder = folder
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.#folder, path)), { recursive: true })
    await writeFile(join(this.#folder, path), text)
  }

  /** Runs lines one after the other. @returns their output and the exit status of the last line */
  async run(text: string): Promise<{ output: string; status: number | null }> {
    const lines = text.trim().split('\n')
    let output = ''
    let status: number | null = 0
    for (const line of lines) {
      if (status !== 0) throw new Error(`status ${status} before the line ${line}:\n${output}`)
      if (line.startsWith('export ')) this.#exports += `${line}\n`
      const child = this.#spawn(line, true)
      this.#running = child
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
      status = await ended
      this.#running = undefined
    }
    return { output: this.#shown(output), status }
  }

  /** @returns the output, as soon as it matches */
  open(name: string, line: string, fits: (output: string) => boolean): Promise<string> {
    const child = this.#spawn(`exec env ${line}`, false)
    const terminal = { child, output: '', ended: new Promise<number | null>((resolve) => child.once('close', resolve)) }
    this.#terminals.set(name, terminal)
    return new Promise((resolve) => {
      const look = (chunk: string): void => {
        terminal.output += chunk
        this.#address = /^ready http:\/\/(.+)\/graphql$/m.exec(terminal.output)?.[1] ?? this.#address
        if (fits(this.#shown(terminal.output))) resolve(this.#shown(terminal.output))
      }
      for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', look)
      void terminal.ended.then(() => resolve(this.#shown(terminal.output)))
    })
  }

  /** Interrupts a terminal, like Ctrl-C. @returns the exit status */
  async interrupt(name: string): Promise<number | null | undefined> {
    const terminal = this.#terminals.get(name)
    this.#terminals.delete(name)
    terminal?.child.kill('SIGINT')
    return terminal?.ended
  }

  async close(): Promise<void> {
    if (this.#running?.pid !== undefined) process.kill(-this.#running.pid, 'SIGKILL')
    for (const name of [...this.#terminals.keys()].toReversed()) await this.interrupt(name)
  }

  /** @param inGroup whether to start a process group, so that its child processes can also be ended */
  #spawn(line: string, inGroup: boolean): ChildProcess {
    const command = this.#exports + line.replaceAll('127.0.0.1:4000', this.#address)
    const options = { cwd: this.#folder, env: this.#environment(), detached: inGroup }
    return spawn('sh', ['-c', command], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  }

  #environment(): NodeJS.ProcessEnv {
    const home = homedir()
    return {
      ...process.env,
      HOME: join(this.#folder, 'home'),
      PORT: '0',
      NO_COLOR: '1',
      // The printed commands are those of a user with "ashlar" on the path.
      npm_config_user_agent: '',
      npm_config_cache: process.env.npm_config_cache ?? join(home, '.npm'),
      npm_config_userconfig: process.env.npm_config_userconfig ?? join(home, '.npmrc'),
      npm_config_loglevel: 'error',
      npm_config_ignore_scripts: 'true',
      npm_config_audit: 'false',
      npm_config_fund: 'false',
    }
  }

  #shown(output: string): string {
    return stripVTControlCharacters(output).replaceAll(PORT, '127.0.0.1:4000').trimEnd()
  }
}

function isShown(expected: string, output: string): boolean {
  const lines = expected.trimEnd().split('\n')
  const pattern = lines.map((line) => (line === '…' ? '[^]*' : line.split('…').map(RegExp.escape).join('.*'))).join('\n')
  return new RegExp(`^${pattern.replaceAll('\n[^]*', '(\n[^]*)?').replaceAll('[^]*\n', '([^]*\n)?')}$`).test(output)
}

let folder: string
let reader: Reader
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'ashlar-tutorial-')))
  await mkdir(join(folder, 'home'))
  await symlink(ROOT, join(folder, 'ashlar'), 'junction')
  reader = new Reader(folder)
})
afterAll(async () => {
  await reader.close()
  await rm(folder, { recursive: true })
})

describe('docs/plugins/tutorial.md', () => {
  let isBroken = false
  it.each(readSteps().map((step) => [stepTitle(step), step] as const))(
    '%s',
    async (_, step) => {
      expect(isBroken, 'a previous step has failed').toBe(false)
      isBroken = true
      const { came, expected } = await follow(step)
      expect(came).toEqual(expected)
      isBroken = false
    },
    STEP_WITHIN_MS,
  )
})

function stepTitle({ box: { language, facts, text, line } }: Step): string {
  const [first = ''] = text.split('\n')
  return `line ${line}: ${language === 'sh' ? first.slice(0, 80) : `writes ${facts.file}`}`
}

interface Outcome {
  status: number | null | undefined
  output: string
}

/** @returns the actual and the expected outcome; the expected output is the actual output if it matches */
async function follow({ box: { facts, text, language }, output = '…' }: Step): Promise<{ came: Outcome; expected: Outcome }> {
  const came = await perform({ facts, text, language }, output)
  return { came, expected: { status: Number(facts.status ?? 0), output: isShown(output, came.output) ? came.output : output } }
}

async function perform({ facts, text, language }: Omit<CodeBox, 'line'>, output: string): Promise<Outcome> {
  if (language === 'sh' && facts.stop !== undefined) return { status: await reader.interrupt(facts.stop), output: '' }
  if (language === 'sh' && facts.terminal !== undefined)
    return { status: 0, output: await reader.open(facts.terminal, text.trim(), (shown) => isShown(output, shown)) }
  if (language === 'sh') return reader.run(text)
  await reader.write(facts.file ?? '', text)
  return { status: 0, output: '' }
}
