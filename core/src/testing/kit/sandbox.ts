import { setTimeout as pause } from 'node:timers/promises'
import { createSandbox, type Sandbox } from '../../sandbox/index.ts'

/** An idle sandbox is closed after this time, because an open sandbox would keep the test process alive. */
const IDLE_MS = 300

let opening: Promise<Sandbox> | undefined
let users = 0
let uses = 0

/** Runs `work` with the sandbox of this process, which starts with the first use and ends soon after the last. */
export async function withSandbox<T>(work: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  users++
  uses++
  opening ??= createSandbox({ processes: 1, weakestIsolation: 'PROCESS' }) // the author's own code
  try {
    return await work(await opening)
  } finally {
    users--
    void endWhenIdle(uses)
  }
}

async function endWhenIdle(lastUse: number): Promise<void> {
  await pause(IDLE_MS)
  if (users > 0 || uses !== lastUse) return
  const sandbox = opening
  opening = undefined
  await (await sandbox)?.close()
}
