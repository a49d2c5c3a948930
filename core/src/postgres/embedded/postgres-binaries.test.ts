import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBinaries, mend, reachableBinaries } from './postgres-binaries.ts'
import { withoutFolders } from './postgres-log.ts'
import { postgresUser, type PostgresUser } from './postgres-user.ts'

const run = promisify(execFile)
let root: string
let native: string

/** The package below a folder that only root may enter, installed under a strict umask. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ashlar-binaries-'))
  await chmod(root, 0o755)
  const { postgres } = await findBinaries(undefined, () => undefined)
  native = join(root, 'closed', 'native')
  await mkdir(dirname(native), { mode: 0o700 })
  await cp(dirname(dirname(postgres)), native, { recursive: true, verbatimSymlinks: true })
  await chmod(join(native, 'bin'), 0o700)
  await chmod(join(native, 'bin', 'postgres'), 0o700)
})
afterAll(() => rm(root, { recursive: true }))

describe.runIf(process.getuid?.() === 0)('reachableBinaries', () => {
  it('copies the programs once when the user cannot reach them, also when several starts do so at once', async () => {
    const user = await postgresUser()
    const shelf = join(root, 'shelf')
    const notices: string[] = []
    const find = () =>
      reachableBinaries({ native, build: '1-test' }, user, { shelf, onNotice: (message) => notices.push(message) })
    const found = await Promise.all([find(), find(), find()])

    const copy = join(shelf, 'postgres-1-test')
    expect(found).toEqual(Array(3).fill({ initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') }))
    expect(await readdir(shelf)).toEqual(['postgres-1-test'])
    expect((await runAs(user, found[0]?.postgres ?? '')).stdout).toMatch(/^postgres \(PostgreSQL\) 18/)
    expect(await readlink(join(copy, 'lib', 'libpq.so'))).toBe('libpq.so.5.18')

    const before = notices.length
    await find()
    expect(notices).toHaveLength(before)
  })

  it('leaves the programs where they are when the user can reach them', async () => {
    const open = join(root, 'shelf', 'postgres-1-test')
    const found = await reachableBinaries({ native: open, build: 'unused' }, await postgresUser(), {
      shelf: '/nowhere',
      onNotice: expect.unreachable,
    })
    expect(found.postgres).toBe(join(open, 'bin', 'postgres'))
  })

  it('says why the programs do not run', async () => {
    const broken = join(root, 'broken')
    await mkdir(join(broken, 'bin'), { recursive: true })
    await expect(
      reachableBinaries({ native: broken, build: 'broken' }, await postgresUser(), {
        shelf: join(root, 'shelf'),
        onNotice: () => undefined,
      }),
    ).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
      message: expect.stringContaining('the embedded Postgres does not run on this system: spawn postgres ENOENT'),
    })
  })
})

describe('mend', () => {
  it('makes the links between libraries that the install script was not allowed to make', async () => {
    const lib = join(native, 'lib')
    const links = (await readdir(lib, { withFileTypes: true })).filter((entry) => entry.isSymbolicLink()).map(({ name }) => name)
    const before = await Promise.all(links.map((name) => readlink(join(lib, name))))
    expect(before).toContain('libpq.so.5.18')
    for (const name of links) await rm(join(lib, name))

    await Promise.all([mend(native), mend(native)])
    expect(await Promise.all(links.map((name) => readlink(join(lib, name))))).toEqual(before)
  })
})

describe('postgresUser', () => {
  /** A system that knows only these programs, on which the last of them makes the user. */
  const system = (...programs: string[]) => {
    const calls: string[] = []
    let exists = false
    return {
      calls,
      run: async (program: string, args: readonly string[]): Promise<string> => {
        if (program === 'id' && exists) return args[0] === '-u' ? '70\n' : '71\n'
        if (!programs.includes(program)) throw new Error(`spawn ${program} ENOENT`)
        calls.push(`${program} ${args.join(' ')}`)
        exists = program === programs.at(-1)
        return ''
      },
    }
  }

  it('uses an existing user and does not change the system', async () => {
    const asked: string[] = []
    const command = async (program: string, args: readonly string[]): Promise<string> => {
      asked.push([program, ...args].join(' '))
      return '26\n'
    }
    expect(await postgresUser(command, expect.unreachable)).toEqual({ uid: 26, gid: 26 })
    expect(asked).toEqual(['id -u postgres', 'id -g postgres'])
  })

  it('makes the user with useradd, and says so', async () => {
    const { run: command, calls } = system('groupadd', 'useradd')
    const notices: string[] = []
    expect(await postgresUser(command, (notice) => notices.push(notice))).toEqual({ uid: 70, gid: 71 })
    expect(notices).toEqual(['Created the system user postgres, because Postgres refuses to run as root.'])
    expect(calls).toEqual([
      'groupadd --system postgres',
      'useradd --system --gid postgres --no-create-home --home-dir /nonexistent --shell /sbin/nologin postgres',
    ])
  })

  it('makes the user with adduser where there is no useradd', async () => {
    const { run: command, calls } = system('addgroup', 'adduser')
    expect(await postgresUser(command)).toEqual({ uid: 70, gid: 71 })
    expect(calls).toEqual(['addgroup -S postgres', 'adduser -S -D -H -G postgres -s /sbin/nologin postgres'])
  })

  it('says what to do where no user can be made', async () => {
    await expect(postgresUser(system().run)).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
      message:
        'Postgres refuses to run as root, and no user postgres could be made (groupadd: spawn groupadd ENOENT; useradd: spawn useradd ENOENT; ' +
        'addgroup: spawn addgroup ENOENT; adduser: spawn adduser ENOENT): start Ashlar as an ordinary user, or set DATABASE_URL',
    })
  })
})

describe('withoutFolders', () => {
  it.each([
    ['could not open "/a b/c d/e f": no', 'could not open "e f": no'],
    ["EACCES: permission denied, open '/var/lib/x.log'", "EACCES: permission denied, open 'x.log'"],
    ['at /usr/local/lib/a.so: bad', 'at a.so: bad'],
    ['C:\\Users\\me\\pg.exe failed', 'pg.exe failed'],
    ['relation base/5/16384, read/write', 'relation base/5/16384, read/write'],
  ])('turns %j into %j', (text, expected) => {
    expect(withoutFolders(text)).toBe(expected)
  })
})

function runAs({ uid, gid }: PostgresUser, program: string): Promise<{ stdout: string }> {
  return run(program, ['--version'], { uid, gid, cwd: '/' })
}
