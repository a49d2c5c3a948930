/* Answers of GitHub, shortened, for the tests of blocks. */

export const credentials = { github: { type: 'API_KEY', key: 'test-token' } } as const

export const issueAnswer = {
  number: 7,
  title: 'It is slow',
  body: null,
  state: 'open',
  html_url: 'https://github.com/o/r/issues/7',
  user: { login: 'ada' },
  labels: [{ name: 'bug' }],
  assignees: [],
  comments: 2,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-02T00:00:00Z',
  closed_at: null,
}

export const issueRow = {
  number: 7,
  title: 'It is slow',
  body: '',
  state: 'open',
  author: 'ada',
  labels: ['bug'],
  assignees: [],
  url: 'https://github.com/o/r/issues/7',
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-02T00:00:00Z',
  closed_at: null,
  comments: 2,
}

export const pullAnswer = {
  ...issueAnswer,
  number: 8,
  html_url: 'https://github.com/o/r/pull/8',
  draft: false,
  merged_at: null,
  head: { ref: 'faster', sha: 'abc' },
  base: { ref: 'main' },
}

const { comments: _, ...withoutComments } = issueRow

export const pullRow = {
  ...withoutComments,
  number: 8,
  url: 'https://github.com/o/r/pull/8',
  draft: false,
  merged: false,
  mergeable: null,
  head: 'faster',
  base: 'main',
  head_sha: 'abc',
}

export const notFound = { status: 404, json: { message: 'Not Found' } }

export const notFoundMessage =
  'GitHub answered with status 404: Not Found; GitHub also answers so if the credential may not read the repository'

export const releaseAnswer = {
  id: 3,
  tag_name: 'v1',
  name: '',
  body: null,
  draft: false,
  prerelease: false,
  html_url: 'https://github.com/o/r/releases/v1',
  published_at: '2026-01-01T00:00:00Z',
  assets: [{ name: 'a.zip', browser_download_url: 'https://github.com/o/r/a.zip' }],
}

export const releaseRow = {
  id: 3,
  draft: false,
  prerelease: false,
  tag: 'v1',
  name: 'v1',
  body: '',
  url: 'https://github.com/o/r/releases/v1',
  published_at: '2026-01-01T00:00:00Z',
  assets: [{ name: 'a.zip', url: 'https://github.com/o/r/a.zip' }],
}
