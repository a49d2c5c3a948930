import { z } from 'zod'

/** What the blocks return of an object of GitHub. */
export type Row = Record<string, unknown>

const user = z.object({ login: z.string() }).nullish()
const login = (value: z.output<typeof user>): string | null => value?.login ?? null

const issueSchema = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  html_url: z.string(),
  user,
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])).default([]),
  assignees: z.array(z.object({ login: z.string() })).nullish(),
  comments: z.int().optional(),
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
  closed_at: z.string().nullish(),
  pull_request: z.unknown().optional(),
})

function common(issue: z.output<typeof issueSchema>): Row {
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body ?? '',
    state: issue.state,
    author: login(issue.user),
    labels: issue.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))),
    assignees: (issue.assignees ?? []).map((each) => each.login),
    url: issue.html_url,
    created_at: issue.created_at ?? null,
    updated_at: issue.updated_at ?? null,
    closed_at: issue.closed_at ?? null,
  }
}

export function toIssue(item: unknown): Row & { number: number; url: string } {
  const issue = issueSchema.parse(item)
  return { ...common(issue), number: issue.number, url: issue.html_url, comments: issue.comments ?? 0 }
}

/** GitHub lists pull requests among issues. */
export function isPullRequest(item: unknown): boolean {
  return z.object({ pull_request: z.unknown() }).safeParse(item).data?.pull_request !== undefined
}

const branch = z.object({ ref: z.string(), sha: z.string().optional() })
const pullSchema = issueSchema.extend({
  draft: z.boolean().nullish(),
  merged: z.boolean().nullish(),
  merged_at: z.string().nullish(),
  mergeable: z.boolean().nullish(),
  head: branch,
  base: branch,
})

export function toPull(item: unknown): Row & { number: number; url: string } {
  const pull = pullSchema.parse(item)
  return {
    ...common(pull),
    number: pull.number,
    url: pull.html_url,
    draft: pull.draft ?? false,
    merged: pull.merged ?? (pull.merged_at !== null && pull.merged_at !== undefined),
    mergeable: pull.mergeable ?? null,
    head: pull.head.ref,
    base: pull.base.ref,
    head_sha: pull.head.sha ?? null,
  }
}

const commitSchema = z.object({
  sha: z.string(),
  html_url: z.string(),
  author: user,
  commit: z.object({
    message: z.string(),
    author: z.object({ name: z.string(), email: z.string(), date: z.string() }).nullish(),
  }),
})

export function toCommit(item: unknown): Row {
  const { sha, html_url, author, commit } = commitSchema.parse(item)
  const { name = null, email = null, date = null } = commit.author ?? {}
  return { sha, message: commit.message, author: login(author) ?? name, email, date, url: html_url }
}

const repositorySchema = z.object({
  full_name: z.string(),
  description: z.string().nullish(),
  private: z.boolean(),
  archived: z.boolean().default(false),
  language: z.string().nullish(),
  default_branch: z.string(),
  stargazers_count: z.int().default(0),
  html_url: z.string(),
  pushed_at: z.string().nullish(),
})

export function toRepository(item: unknown): Row {
  const { full_name, html_url, stargazers_count, description, language, pushed_at, ...rest } = repositorySchema.parse(item)
  const texts = { description: description ?? '', language: language ?? null, pushed_at: pushed_at ?? null }
  return { repository: full_name, ...texts, ...rest, stars: stargazers_count, url: html_url }
}

const releaseSchema = z.object({
  id: z.union([z.int(), z.bigint()]),
  tag_name: z.string(),
  name: z.string().nullish(),
  body: z.string().nullish(),
  draft: z.boolean(),
  prerelease: z.boolean(),
  html_url: z.string(),
  published_at: z.string().nullish(),
  assets: z.array(z.object({ name: z.string(), browser_download_url: z.string() })).default([]),
})

export function toRelease(item: unknown): Row & { url: string } {
  const { tag_name, html_url, name, body, published_at, assets, ...rest } = releaseSchema.parse(item)
  return {
    ...rest,
    tag: tag_name,
    name: name || tag_name,
    body: body ?? '',
    url: html_url,
    published_at: published_at ?? null,
    assets: assets.map((asset) => ({ name: asset.name, url: asset.browser_download_url })),
  }
}

export function toCodeMatch(item: unknown): Row {
  const schema = z.object({
    name: z.string(),
    path: z.string(),
    sha: z.string(),
    html_url: z.string(),
    repository: z.object({ full_name: z.string() }),
  })
  const { html_url, repository, ...rest } = schema.parse(item)
  return { repository: repository.full_name, ...rest, url: html_url }
}
