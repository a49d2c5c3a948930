import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { compile, locate, returnLast } from './javascript/index.ts'

export const executeCode = defineBlock({
  id: '0b02b072-abe7-11ef-8372-fb5d162dd712',
  name: 'execute-code',
  description: 'Run a JavaScript program and send what it prints and the value of its last line.',
  category: 'CODE',
  icon: 'square-terminal',
  synonyms: ['code interpreter', 'sandbox', 'e2b', 'run code', 'program', 'python', 'bash', 'code execution'],
  timeoutMs: 310_000,
  input: z.object({
    code: z
      .string()
      .max(1_000_000)
      .default('')
      .meta({
        title: 'Code',
        description: 'The program. Its result is the value of its last statement, if that is an expression.',
        examples: ['const total = 2 + 3\nconsole.log("added")\ntotal'],
      }),
    language: z.enum(['python', 'js', 'bash', 'r', 'java']).default('python').meta({
      title: 'Language',
      description: 'The language of the program. Only "js", JavaScript, runs here.',
    }),
    setup_commands: z.array(z.string()).default([]).meta({
      title: 'Setup commands',
      description: 'Shell commands to run first. There is no shell here, so this must be empty.',
      advanced: true,
    }),
    timeout: z.int().min(1).max(300).default(300).meta({ title: 'Timeout', description: 'Time limit in seconds.' }),
    dispose_sandbox: z.boolean().default(true).meta({ description: 'Ignored: no sandbox outlives a run.', advanced: true }),
    template_id: z.string().default('').meta({ description: 'Ignored: there are no templates.', advanced: true }),
  }),
  output: z.object({
    main_result: z
      .object({ text: z.string(), json: z.unknown().optional() })
      .meta({ title: 'Main result', description: 'The result as text, and as a value if it is not a text.' }),
    results: z.array(z.unknown()).meta({ title: 'Results', description: 'A list with the main result, or an empty list.' }),
    response: z.string().meta({ title: 'Response', description: 'The result as text. Not sent if there is no result.' }),
    stdout_logs: z.string().meta({ title: 'Standard output', description: 'What the program printed with console.log.' }),
    stderr_logs: z
      .string()
      .meta({ title: 'Standard error', description: 'What it printed with console.error and console.warn.' }),
  }),
  tests: [
    {
      input: { language: 'js', code: 'const a = [1, 2]\nconsole.log("n", a)\nconsole.error("!")\na.map((n) => n * 2)' },
      output: [
        ['main_result', { text: '[2,4]', json: [2, 4] }],
        ['results', [{ text: '[2,4]', json: [2, 4] }]],
        ['response', '[2,4]'],
        ['stdout_logs', 'n [1,2]\n'],
        ['stderr_logs', '!\n'],
      ],
    },
    {
      name: 'a text is its own result',
      input: { language: 'js', code: 'await null; "done" // the end' },
      output: [
        ['main_result', { text: 'done' }],
        ['results', [{ text: 'done' }]],
        ['response', 'done'],
      ],
    },
    { name: 'a program without a result', input: { language: 'js', code: 'let a = 1' }, output: [['results', []]] },
    {
      name: 'reports the position of an error',
      input: { language: 'js', code: 'const a = 1\na.b.c' },
      output: [['error', "line 2, column 13: TypeError: Cannot read properties of undefined (reading 'c')"]],
    },
    {
      name: 'does not run other languages',
      input: { code: 'print(1)' },
      output: [
        [
          'error',
          'language "python" is not available in this version of Ashlar: translate the code to JavaScript and set language to "js"',
        ],
      ],
    },
    {
      name: 'has no shell',
      input: { language: 'js', code: '1', setup_commands: ['npm install left-pad'] },
      output: [['error', 'setup_commands must be empty: there is no shell in this version of Ashlar']],
    },
  ],
  async *run({ code, language, setup_commands: commands, timeout }) {
    if (language !== 'js')
      throw new Error(
        `language "${language}" is not available in this version of Ashlar: translate the code to JavaScript and set language to "js"`,
      )
    if (commands.length > 0) throw new Error('setup_commands must be empty: there is no shell in this version of Ashlar')
    const printed = { stdout: '', stderr: '' }
    const result = await within(timeout, evaluate(code, createConsole(printed)))
    const results = result === undefined ? [] : [describe(result)]
    for (const main of results) yield ['main_result', main]
    yield ['results', results]
    for (const { text } of results) yield ['response', text]
    if (printed.stdout !== '') yield ['stdout_logs', printed.stdout]
    if (printed.stderr !== '') yield ['stderr_logs', printed.stderr]
  },
})

/** Ignores what the program yields. */
async function evaluate(code: string, console: unknown): Promise<unknown> {
  const iterator = (await compile(await returnLast(code), { console }))()
  for (;;) {
    const { done, value } = await iterator.next().catch((error: unknown) => {
      throw locate(error)
    })
    if (done) return value
  }
}

function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error(`the program did not end within ${seconds} s`))
    const timer = setTimeout(late, seconds * 1000)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function createConsole(printed: { stdout: string; stderr: string }): Record<string, (...values: unknown[]) => void> {
  const print =
    (stream: 'stdout' | 'stderr') =>
    (...values: unknown[]) =>
      void (printed[stream] += `${values.map(toText).join(' ')}\n`)
  const [out, error] = [print('stdout'), print('stderr')]
  return { log: out, info: out, debug: out, dir: out, table: out, warn: error, error, trace: error }
}

function describe(value: unknown): { text: string; json?: unknown } {
  return typeof value === 'string' ? { text: value } : { text: toText(value), json: value }
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value
  return value instanceof Error ? `${value.name}: ${value.message}` : (JSON.stringify(value) ?? String(value))
}
