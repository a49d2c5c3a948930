/** `node:os`. Describes no machine. */
export { constants } from 'unenv/node/os'

export const EOL = '\n'
export const devNull = '/dev/null'
const empty = (): string => ''
const zero = (): number => 0

export const [arch, machine, hostname, release, version] = [empty, empty, empty, empty, empty]
export const [freemem, totalmem, uptime, getPriority] = [zero, zero, zero, zero]
export const platform = (): string => 'browser'
export const type = (): string => 'Browser'
export const endianness = (): string => 'LE'
export const homedir = (): string => '/'
export const tmpdir = (): string => '/tmp'
export const cpus = (): object[] => []
export const availableParallelism = (): number => 1
export const loadavg = (): number[] => [0, 0, 0]
export const networkInterfaces = (): object => ({})
export const userInfo = (): object => ({ username: '', uid: -1, gid: -1, shell: null, homedir: '/' })
