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
 * Does what docs/plugins/tutorial.md says, box by box, in a folder that holds nothing but a link `ashlar` to this workspace:
 *
 * - `ts file=…`, `json file=…`: writes the file.
 * - `sh`: runs each line in a shell. All must end with 0, or the last with what `status=…` says. `export` counts for all that follow.
 * - `sh terminal=<name>`: starts the line and leaves it running, until `sh stop=<name>` interrupts it as Ctrl-C does.
 * - `text`: what the box before it has printed, of a terminal what it prints at first. `…` stands for anything within a line, a line `…` for any lines.
 *
 * The server takes any free port; 4000 in the page stands for it.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const STEP_WITHIN_MS = 120_000
const PORT = /127\.0\.0\.1:\d+/g

interface Step {
  box: CodeBox
  /** What it prints; undefined where the page does not say. */
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

/** The shell and the terminals of somebody who follows the page. */
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

  /** Runs lines one after the other. @returns what they print together, and the status of the last */
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

  /** @returns what it has printed as soon as that fits */
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

  /** As Ctrl-C does. @returns the exit status */
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

  /** @param inGroup whether it can be ended with all that it has started */
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
      // The commands that are printed are those of a user who has "ashlar" on the path.
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
  it.each(readSteps().map((step) => [titleOf(step), step] as const))(
    '%s',
    async (_, step) => {
      expect(isBroken, 'a step before it has failed').toBe(false)
      isBroken = true
      const { came, expected } = await follow(step)
      expect(came).toEqual(expected)
      isBroken = false
    },
    STEP_WITHIN_MS,
  )
})

function titleOf({ box: { language, facts, text, line } }: Step): string {
  const [first = ''] = text.split('\n')
  return `line ${line}: ${language === 'sh' ? first.slice(0, 80) : `writes ${facts.file}`}`
}

interface Outcome {
  status: number | null | undefined
  output: string
}

/** @returns what has come, and what the page says: the very output that came where that fits */
async function follow({ box: { facts, text, language }, output = '…' }: Step): Promise<{ came: Outcome; expected: Outcome }> {
  const came = await outcomeOf({ facts, text, language }, output)
  return { came, expected: { status: Number(facts.status ?? 0), output: isShown(output, came.output) ? came.output : output } }
}

async function outcomeOf({ facts, text, language }: Omit<CodeBox, 'line'>, output: string): Promise<Outcome> {
  if (language === 'sh' && facts.stop !== undefined) return { status: await reader.interrupt(facts.stop), output: '' }
  if (language === 'sh' && facts.terminal !== undefined)
    return { status: 0, output: await reader.open(facts.terminal, text.trim(), (shown) => isShown(output, shown)) }
  if (language === 'sh') return reader.run(text)
  await reader.write(facts.file ?? '', text)
  return { status: 0, output: '' }
}
