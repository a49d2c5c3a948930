import { console } from '../events/console.ts'
import { performance } from '../events/performance-clock.ts'

/**
 * A `process` without authority. It describes no machine: its environment, arguments and versions are empty, so that a
 * library does not take the sandbox for Node. It has no events, and its streams write log lines.
 */
export const process = {
  title: 'ashlar',
  browser: true,
  platform: 'browser',
  arch: '',
  version: '',
  versions: {},
  release: {},
  features: {},
  config: {},
  env: {},
  argv: [],
  argv0: '',
  execArgv: [],
  execPath: '',
  pid: 1,
  ppid: 0,
  exitCode: undefined,
  stdin: undefined,
  stdout: newOutput('log'),
  stderr: newOutput('error'),
  nextTick: (callback: (...args: unknown[]) => void, ...args: unknown[]) => void Promise.resolve().then(() => callback(...args)),
  cwd: () => '/',
  umask: () => 0,
  uptime: () => performance.now() / 1000,
  hrtime: Object.assign(readClock, { bigint: () => BigInt(performance.now()) * 1_000_000n }),
  memoryUsage: Object.assign(() => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }), { rss: () => 0 }),
  cpuUsage: () => ({ user: 0, system: 0 }),
  emitWarning: (warning: unknown) => console.warn?.(warning),
  chdir: () => refuse('chdir'),
  exit: () => refuse('exit'),
  abort: () => refuse('abort'),
  kill: () => refuse('kill'),
  binding: () => refuse('binding'),
  dlopen: () => refuse('dlopen'),
  ...ignoreEvents('on', 'addListener', 'once', 'off', 'prependListener', 'prependOnceListener', 'removeListener'),
  ...ignoreEvents('removeAllListeners', 'setMaxListeners'),
  emit: () => false,
  listeners: () => [],
  listenerCount: () => 0,
}

function newOutput(level: string): object {
  const write = (text: unknown): boolean => {
    console[level]?.(String(text).replace(/\n$/, ''))
    return true
  }
  return { isTTY: false, writable: true, write, end() {}, ...ignoreEvents('on', 'once', 'off', 'removeListener') }
}

function ignoreEvents(...names: string[]): Record<string, (this: unknown) => unknown> {
  const ignore = function (this: unknown): unknown {
    return this
  }
  return Object.fromEntries(names.map((name) => [name, ignore]))
}

/** @returns seconds and nanoseconds, in steps of a millisecond */
function readClock([seconds = 0, nanoseconds = 0]: readonly number[] = []): [number, number] {
  const ms = performance.now() - seconds * 1000 - nanoseconds / 1e6
  return [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)]
}

function refuse(name: string): never {
  throw new Error(`process.${name} is not available in a sandbox; throw an error to end a call`)
}
