import { createProcessStarter, type StartProcess } from '../sandbox/supervisor/index.ts'

/**
 * For tests: starts a program instead of a sandbox process. It runs until it is killed.
 *
 * @param program statements. `write(bytes)` writes to the channel, `frame(text)` is the frame of a JSON text
 * @param maxUselessMs see `ProcessConduct`
 */
export function forger(program: string, maxUselessMs?: number): StartProcess {
  const code = `
    const { writeSync } = require('node:fs')
    const frame = (text) => { const b = Buffer.alloc(4 + text.length); b.writeUInt32LE(text.length); b.write(text, 4); return b }
    const write = (bytes) => {
      for (let at = 0; at < bytes.length; ) {
        try { at += writeSync(3, bytes, at) } catch (error) {
          if (error.code === 'EPIPE') return // the worker has closed the channel and is killing this process
          if (error.code !== 'EAGAIN') throw error
        }
      }
    }
    ${program}
    setInterval(() => {}, 1000)`
  const launch = { isolation: 'PROCESS', command: process.execPath, args: ['-'], workingDirectory: '/', env: {} } as const
  return createProcessStarter(launch, code, Buffer.alloc(4), 1e6, maxUselessMs)
}
