import { runAgainst, settle, type TestService } from '@ashlar/sdk/rest/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { issueAnswer } from './api/index.ts'
import { getFile, putFile } from './code/index.ts'
import { createIssue, listIssues } from './issues/index.ts'

/** Not the intervals: those of other code in this process would never end. */
const FAKED = ['setTimeout', 'clearTimeout', 'Date'] as const
beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00Z'), toFake: [...FAKED] }))
afterEach(() => void vi.useRealTimers())

const run: typeof runAgainst = (...args) => settle(runAgainst(...args))

/** A repository with 250 issues, in pages of up to 100, linked as GitHub links them. */
const manyIssues: TestService = ({ url }) => {
  const at = new URL(url)
  const [size, page] = [Number(at.searchParams.get('per_page') ?? 30), Number(at.searchParams.get('page') ?? 1)]
  const numbers = Array.from({ length: 250 }, (_, i) => 250 - i).slice((page - 1) * size, page * size)
  at.searchParams.set('page', String(page + 1))
  const headers: Record<string, string> = page * size < 250 ? { link: `<${at.href}>; rel="next", <${at.href}>; rel="last"` } : {}
  return Response.json(
    numbers.map((number) => ({ ...issueAnswer, number })),
    { headers },
  )
}

describe('lists of GitHub', () => {
  it('are read page by page', async () => {
    const { outputs, requests, error } = await run(listIssues, { repository: 'o/r', limit: 1000 }, manyIssues)
    expect(error).toBeUndefined()
    expect(outputs.at(-1)).toEqual(['count', 250])
    expect(requests).toHaveLength(3)
  })

  it('end at the limit, without reading further pages', async () => {
    const { outputs, requests } = await run(listIssues, { repository: 'o/r', limit: 150 }, manyIssues)
    expect(outputs.at(-1)).toEqual(['count', 150])
    expect(requests).toHaveLength(2)
  })
})

describe('the rate limits of GitHub', () => {
  const limitedBy = (limited: () => Response): { service: TestService; times: number[] } => {
    const times: number[] = []
    const service: TestService = () => {
      times.push(Date.now() / 1000)
      return times.length === 1 ? limited() : Response.json(issueAnswer, { status: 201 })
    }
    return { service, times }
  }
  const reset = String(Date.parse('2026-01-01T00:00:20Z') / 1000)

  it.each([
    [
      'Retry-After of a secondary limit',
      () => Response.json({ message: 'secondary rate limit' }, { status: 403, headers: { 'retry-after': '5' } }),
      5,
    ],
    [
      'a secondary limit without a wait',
      () => Response.json({ message: 'You have exceeded a secondary rate limit' }, { status: 403 }),
      60,
    ],
    [
      'the end of the primary limit',
      () =>
        Response.json(
          { message: 'API rate limit exceeded' },
          { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } },
        ),
      20,
    ],
  ])('delay a request: %s', async (_what, limited, seconds) => {
    const { service, times } = limitedBy(limited)
    const { outputs } = await run(createIssue, { repository: 'o/r', title: 'x' }, service)
    expect(outputs.map(([pin]) => pin)).toEqual(['issue', 'number', 'url'])
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, seconds])
  })

  it('end the block if they last longer than a minute', async () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Date.parse('2026-01-01T01:00:00Z') / 1000) }
    const { error, requests } = await run(createIssue, { repository: 'o/r', title: 'x' }, () =>
      Response.json({ message: 'API rate limit exceeded' }, { status: 403, headers }),
    )
    expect(error).toBe(
      'GitHub limits the rate of requests; try again in 3600 s: GitHub answered with status 403: API rate limit exceeded',
    )
    expect(requests).toHaveLength(1)
  })

  it('do not include a missing permission', async () => {
    const { error, requests } = await run(createIssue, { repository: 'o/r', title: 'x' }, () =>
      Response.json({ message: 'Resource not accessible by personal access token' }, { status: 403 }),
    )
    expect(error).toBe('GitHub answered with status 403: Resource not accessible by personal access token')
    expect(requests).toHaveLength(1)
  })
})

describe('files of GitHub', () => {
  /** One file, which can be replaced only with the id of its version. */
  function createRepository(content: string): TestService {
    let [text, version] = [content, 1]
    return async (request) => {
      const file = {
        type: 'file',
        encoding: 'base64',
        content: btoa(text),
        sha: `v${version}`,
        html_url: 'https://github.com/o/r/a',
      }
      if (request.method === 'GET')
        return text === '' ? Response.json({ message: 'Not Found' }, { status: 404 }) : Response.json(file)
      const body = (await request.json()) as { content: string; sha?: string }
      const wanted = text === '' ? undefined : `v${version}`
      if (body.sha !== wanted) return Response.json({ message: 'a does not match' }, { status: 409 })
      text = atob(body.content)
      version++
      return Response.json({ content: { sha: `v${version}`, html_url: file.html_url }, commit: { sha: 'c1' } })
    }
  }

  it('are created, replaced and read', async () => {
    const repository = createRepository('')
    const input = { repository: 'o/r', path: 'a', message: 'Change' }
    expect((await run(putFile, { ...input, text: 'one' }, repository)).error).toBeUndefined()
    expect((await run(putFile, { ...input, text: 'two' }, repository)).outputs[0]).toEqual(['sha', 'v3'])
    expect((await run(getFile, { repository: 'o/r', path: 'a' }, repository)).outputs[0]).toEqual(['text', 'two'])
  })

  it('are not replaced if they have changed since they were read', async () => {
    const input = { repository: 'o/r', path: 'a', message: 'Change', text: 'mine', sha: 'v0' }
    const { error } = await run(putFile, input, createRepository('theirs'))
    expect(error).toBe('GitHub answered with status 409: a does not match')
  })
})
