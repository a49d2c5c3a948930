import { existsSync, readFileSync } from 'node:fs'
import { transform } from 'esbuild'
import { expect, it } from 'vitest'
import { holdEsbuild } from './index.ts'

const CHILDREN = `/proc/self/task/${process.pid}/children`

function countProcesses(): number {
  const children = readFileSync(CHILDREN, 'utf8').trim().split(' ').filter(Boolean)
  return children.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('esbuild')).length
}

it.runIf(existsSync(CHILDREN))(
  'the process of esbuild ends when nothing uses it, and the next build starts another one',
  async () => {
    const [first, second] = [holdEsbuild(), holdEsbuild()]
    await transform('1')
    expect(countProcesses()).toBe(1)
    first()
    second()
    await expect.poll(countProcesses).toBe(0)
    const third = holdEsbuild()
    expect((await transform('1 + 1')).code).toBe('1 + 1;\n')
    third()
    await expect.poll(countProcesses).toBe(0)
  },
)
