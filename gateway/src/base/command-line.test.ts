import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine, publicLoginCommand, withCommandLines } from './command-line.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-path-'))
  await writeFile(join(folder, 'ashlar'), '')
  await chmod(join(folder, 'ashlar'), 0o755)
})
afterAll(() => rm(folder, { recursive: true }))

const onPath = (more: Record<string, string> = {}) => ({ PATH: `/nowhere:${folder}`, ...more })

describe('commandLine', () => {
  it('uses the data directory of the process, as an absolute path', () => {
    expect(commandLine(onPath({ ASHLAR_DATA_DIR: '/srv/data' }), 'login')).toBe('ASHLAR_DATA_DIR=/srv/data ashlar login')
    expect(commandLine(onPath({ ASHLAR_DATA_DIR: 'data' }), 'login')).toBe(`ASHLAR_DATA_DIR=${process.cwd()}/data ashlar login`)
    expect(commandLine(onPath({ ASHLAR_DATA_DIR: '' }), 'login')).toBe('ashlar login')
  })

  it('uses the port of the process to start a server, and for no other command', () => {
    const environment = onPath({ ASHLAR_DATA_DIR: '/srv', PORT: '4001' })
    expect(commandLine(environment, 'start')).toBe('ASHLAR_DATA_DIR=/srv PORT=4001 ashlar start')
    expect(commandLine(environment, 'login')).toBe('ASHLAR_DATA_DIR=/srv ashlar login')
  })

  it('calls the program through pnpm if pnpm has started the process, and by its path if it is not on the path', () => {
    expect(commandLine(onPath({ npm_config_user_agent: 'pnpm/12.21.0 npm/?' }), 'login')).toBe('npx pnpm@12 ashlar login')
    expect(commandLine({ PATH: '/nowhere' }, 'login')).toMatch(/^\/.*\/node_modules\/\.bin\/ashlar login$/)
  })

  it('names no data directory for a command that does not use it', () => {
    expect(commandLine(onPath({ ASHLAR_DATA_DIR: '/srv' }), 'plugin', 'test', 'words')).toBe('ashlar plugin test words')
  })

  it('quotes what a shell would interpret', () => {
    const environment = onPath({ ASHLAR_DATA_DIR: "/srv/it's $HOME" })
    expect(commandLine(environment, 'plugin', 'dev', 'my plugin')).toBe(
      `ASHLAR_DATA_DIR='/srv/it'\\''s $HOME' ashlar plugin dev 'my plugin'`,
    )
  })
})

it('replaces the command in a message of the server, and nothing else', () => {
  const environment = onPath({ ASHLAR_DATA_DIR: '/srv' })
  expect(withCommandLines('ashlar is used: add one with the command: ashlar credential add a/b', environment)).toBe(
    'ashlar is used: add one with the command: ASHLAR_DATA_DIR=/srv ashlar credential add a/b',
  )
})

it('shows no path of this machine to readers on other machines', () => {
  expect(publicLoginCommand({ ASHLAR_DATA_DIR: '/srv' })).toBe('ASHLAR_DATA_DIR=<data directory> npx pnpm@12 ashlar login')
  expect(publicLoginCommand({})).toBe('npx pnpm@12 ashlar login')
})
