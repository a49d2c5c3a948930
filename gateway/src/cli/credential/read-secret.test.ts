import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { readSecret } from './read-secret.ts'

function newContext(isTTY: boolean) {
  const shown: string[] = []
  const output = { write: (text: string) => shown.push(text) }
  const stdin = Object.assign(new PassThrough(), { isTTY })
  return { stdin, shown, context: { openStdin: () => stdin, stdout: output, stderr: output, environment: {} } }
}

it('reads a line from a terminal without echo', async () => {
  const { stdin, shown, context } = newContext(true)
  const reading = readSecret('API key', context)
  stdin.write('s3cret \r')
  expect(await reading).toBe('s3cret ')
  expect(shown.join('')).toBe('API key: \n')
})

it('reads the whole input from a pipe and removes a final line end', async () => {
  const { stdin, context } = newContext(false)
  const reading = readSecret('Headers', context)
  stdin.write('{\n')
  stdin.end('}\r\n')
  expect(await reading).toBe('{\n}')
})

it('rejects an empty and a too long input', async () => {
  const nothing = newContext(false)
  nothing.stdin.end('\n')
  await expect(readSecret('API key', nothing.context)).rejects.toThrow(
    'the secret is missing (API key): write it to standard input, or run the command on a terminal',
  )
  const much = newContext(false)
  much.stdin.end('x'.repeat(70_000))
  await expect(readSecret('API key', much.context)).rejects.toThrow('the secret must have at most 65536 characters')
})
