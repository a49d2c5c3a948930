import { z } from 'zod'
import { urlOut } from './pins.ts'
import { toIssue, toPull, type Row } from './shapes.ts'

export const issueOutputs = z.object({
  issue: z.record(z.string(), z.unknown()).describe('The issue, as a dictionary.'),
  number: z.int().describe('The number of the issue.'),
  url: urlOut,
})

export const pullOutputs = z.object({
  pull_request: z.record(z.string(), z.unknown()).describe('The pull request, as a dictionary.'),
  number: z.int().describe('The number of the pull request.'),
  url: urlOut,
})

type Yields<Pin extends string> = Generator<[Pin, Row] | ['number', number] | ['url', string]>

/** @param answer what GitHub returns of an issue */
export function* yieldIssue(answer: unknown): Yields<'issue'> {
  const issue = toIssue(answer)
  yield ['issue', issue]
  yield ['number', issue.number]
  yield ['url', issue.url]
}

/** @param answer what GitHub returns of a pull request */
export function* yieldPull(answer: unknown): Yields<'pull_request'> {
  const pull = toPull(answer)
  yield ['pull_request', pull]
  yield ['number', pull.number]
  yield ['url', pull.url]
}
