import { describe, expect, it } from 'vitest'
import { isWhole, launchersOf } from './launcher.ts'

type Row = [pid: number, parent: number, ...command: string[]]

function table(...rows: Row[]) {
  const processes = new Map(rows.map(([pid, parent, ...command]) => [pid, { pid, parent, command }]))
  return (pid: number) => processes.get(pid)
}

const NPX: Row = [50, 40, 'npm exec pnpm@12 start']
const CHAIN: Row[] = [
  [90, 80, '/repo/node_modules/.bin/node', '/repo/gateway/src/bin.ts', 'start'],
  [80, 70, 'sh', '-c', 'trap …; ashlar start'],
  [70, 60, 'pnpm', 'start'],
  [60, 50, 'sh', '-c', "'pnpm' start"],
]

describe('launchersOf', () => {
  it('ends with the package manager that was started first', () => {
    expect(launchersOf(90, table(...CHAIN, NPX, [40, 1, '-bash']))).toEqual([90, 80, 70, 60, 50])
  })
  it('knows npm by its script too', () => {
    expect(launchersOf(90, table(...CHAIN, [50, 40, '/usr/bin/node', '/usr/lib/node_modules/npm/bin/npx-cli.js']))).toEqual([
      90, 80, 70, 60, 50,
    ])
  })
  it('leaves out a shell that only mentions a package manager', () => {
    expect(launchersOf(90, table(...CHAIN, NPX, [40, 30, 'bash', '-c', 'npx pnpm@12 start &']))).toEqual([90, 80, 70, 60, 50])
  })
  it('does not go beyond another program', () => {
    const rows: Row[] = [...CHAIN, NPX, [40, 30, 'node', 'vitest.mjs'], [30, 20, 'pnpm', 'test']]
    expect(launchersOf(90, table(...rows))).toEqual([90, 80, 70, 60, 50])
  })
  it('is this process alone when no package manager started it', () => {
    expect(launchersOf(90, table([90, 80, 'node', 'bin.ts'], [80, 1, 'bash']))).toEqual([90])
    expect(launchersOf(90, table([90, 1, 'node', 'bin.ts']))).toEqual([90])
    expect(launchersOf(90, () => undefined)).toEqual([90])
  })
})

describe('isWhole', () => {
  const chain = [90, 80, 70, 60, 50]
  it('does not care who started the first one', () => {
    expect(isWhole(chain, table(...CHAIN, [50, 1, 'npm exec pnpm@12 start']))).toBe(true)
  })
  it('ends with any of them', () => {
    expect(isWhole(chain, table(...CHAIN.slice(0, 2), [70, 1, 'pnpm', 'start'], NPX))).toBe(false)
    expect(isWhole(chain, table(...CHAIN.slice(0, 3), [60, 1, 'sh', '-c', "'pnpm' start"]))).toBe(false)
    expect(isWhole(chain, table([90, 1, 'node'], ...CHAIN.slice(1), NPX))).toBe(false)
  })
})
