import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { findBubblewrap, pathOnly } from './bubblewrap.ts'
import { killOrphans } from './orphans.ts'

const works = (await findBubblewrap(['/bin/true'], { readOnly: new Map([['/', '/']]), env: {} })) !== undefined

/** Starts a bubblewrap that waits before its child runs. @returns the process id of the child */
async function startWaiting(marker: string): Promise<{ bubblewrap: ChildProcess; child: number }> {
  const args = [
    '--unshare-all',
    '--unshare-user',
    '--ro-bind',
    '/',
    '/',
    '--info-fd',
    '3',
    '--userns-block-fd',
    '4',
    '--setenv',
    'X',
    marker,
    '/bin/true',
  ]
  const bubblewrap = spawn('bwrap', args, { env: pathOnly(), stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
  const info = JSON.parse(await text(bubblewrap.stdio[3] as Readable)) as { 'child-pid': number }
  return { bubblewrap, child: info['child-pid'] }
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe.runIf(works)('killOrphans', () => {
  it('kills only children whose bubblewrap process has exited', async () => {
    const marker = `marker-${process.pid}`
    const [orphan, other] = [await startWaiting(marker), await startWaiting(marker)]
    orphan.bubblewrap.kill('SIGKILL')
    await once(orphan.bubblewrap, 'exit')
    expect([orphan, other].map(({ child }) => isAlive(child))).toEqual([true, true])
    killOrphans('another-marker')
    expect(isAlive(orphan.child)).toBe(true)
    killOrphans(marker)
    await expect.poll(() => isAlive(orphan.child)).toBe(false)
    expect(isAlive(other.child)).toBe(true)
    other.bubblewrap.kill('SIGKILL')
    await once(other.bubblewrap, 'exit')
    killOrphans(marker)
    await expect.poll(() => isAlive(other.child)).toBe(false)
  })
})
