import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBinaries, createMissingLinks, findReachableBinaries } from './postgres-binaries.ts'
import { withoutFolders } from './postgres-log.ts'
import { ensurePostgresUser, type PostgresUser } from './postgres-user.ts'

const run = promisify(execFile)
let root: string
let native: string

/** Creates a package below a folder that only root can access, with a strict umask. */
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

describe.runIf(process.getuid?.() === 0)('findReachableBinaries', () => {
  it('copies the programs once if the user cannot access them, also with concurrent calls', async () => {
    const user = await ensurePostgresUser()
    const shelf = join(root, 'shelf')
    const notices: string[] = []
    const find = () =>
      findReachableBinaries({ native, build: '1-test' }, user, { copyDir: shelf, onNotice: (message) => notices.push(message) })
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

  it('uses the original programs if the user can access them', async () => {
    const open = join(root, 'shelf', 'postgres-1-test')
    const found = await findReachableBinaries({ native: open, build: 'unused' }, await ensurePostgresUser(), {
      copyDir: '/nowhere',
      onNotice: expect.unreachable,
    })
    expect(found.postgres).toBe(join(open, 'bin', 'postgres'))
  })

  it('reports why the programs do not run', async () => {
    const broken = join(root, 'broken')
    await mkdir(join(broken, 'bin'), { recursive: true })
    await expect(
      findReachableBinaries({ native: broken, build: 'broken' }, await ensurePostgresUser(), {
        copyDir: join(root, 'shelf'),
        onNotice: () => undefined,
      }),
    ).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
      message: expect.stringContaining('the embedded Postgres does not run on this system: spawn postgres ENOENT'),
    })
  })
})

describe('createMissingLinks', () => {
  it('creates the links that the install script could not create', async () => {
    const lib = join(native, 'lib')
    const links = (await readdir(lib, { withFileTypes: true })).filter((entry) => entry.isSymbolicLink()).map(({ name }) => name)
    const before = await Promise.all(links.map((name) => readlink(join(lib, name))))
    expect(before).toContain('libpq.so.5.18')
    for (const name of links) await rm(join(lib, name))

    await Promise.all([createMissingLinks(native), createMissingLinks(native)])
    expect(await Promise.all(links.map((name) => readlink(join(lib, name))))).toEqual(before)
  })
})

describe('ensurePostgresUser', () => {
  /** Simulates a system that has only these programs. The last one creates the user. */
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
    const commands: string[] = []
    const command = async (program: string, args: readonly string[]): Promise<string> => {
      commands.push([program, ...args].join(' '))
      return '26\n'
    }
    expect(await ensurePostgresUser(command, expect.unreachable)).toEqual({ uid: 26, gid: 26 })
    expect(commands).toEqual(['id -u postgres', 'id -g postgres'])
  })

  it('creates the user with useradd and reports it', async () => {
    const { run: command, calls } = system('groupadd', 'useradd')
    const notices: string[] = []
    expect(await ensurePostgresUser(command, (notice) => notices.push(notice))).toEqual({ uid: 70, gid: 71 })
    expect(notices).toEqual(['Created the system user postgres, because Postgres refuses to run as root.'])
    expect(calls).toEqual([
      'groupadd --system postgres',
      'useradd --system --gid postgres --no-create-home --home-dir /nonexistent --shell /sbin/nologin postgres',
    ])
  })

  it('creates the user with adduser if useradd does not exist', async () => {
    const { run: command, calls } = system('addgroup', 'adduser')
    expect(await ensurePostgresUser(command)).toEqual({ uid: 70, gid: 71 })
    expect(calls).toEqual(['addgroup -S postgres', 'adduser -S -D -H -G postgres -s /sbin/nologin postgres'])
  })

  it('fails with a remedy if no user can be created', async () => {
    await expect(ensurePostgresUser(system().run)).rejects.toMatchObject({
      code: 'DATABASE_FAILED',
      message:
        'Postgres refuses to run as root, and the user postgres could not be created (groupadd: spawn groupadd ENOENT; useradd: spawn useradd ENOENT; ' +
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
