import { expect, it } from 'vitest'
import { z } from 'zod'
import { showFaults } from './ashlar-error.ts'
import { describeIssues } from './describe-issue.ts'

const schema = z.strictObject({
  name: z.string().min(2).regex(/^a/, 'must begin with "a"'),
  tests: z.array(z.string()).max(1),
  kind: z.enum(['a', 'b']).optional(),
  size: z.int().min(1).optional(),
  rate: z.number().positive().lt(9).optional(),
  id: z.string().regex(/^\d$/).optional(),
  flag: z.boolean().optional(),
  either: z.union([z.string(), z.null(), z.array(z.string())]).optional(),
})

it.each([
  [{ name: 'ab' }, 'tests: is missing: it must be a list'],
  [{ name: 5, tests: [] }, 'name: must be text, got 5'],
  [{ name: 'a', tests: [] }, 'name: must have at least 2 characters, got "a"'],
  [{ name: 'bb', tests: [] }, 'name: must begin with "a", got "bb"'],
  [{ name: 'aa', tests: [1] }, 'tests.0: must be text, got 1'],
  [{ name: 'aa', tests: ['x', 'y'] }, 'tests: must have at most 1 item, got ["x","y"]'],
  [{ name: 'aa', tests: [], kind: 'c' }, 'kind: must be one of "a", "b", got "c"'],
  [{ name: 'aa', tests: [], size: 0 }, 'size: must be at least 1, got 0'],
  [{ name: 'aa', tests: [], rate: 0 }, 'rate: must be more than 0, got 0'],
  [{ name: 'aa', tests: [], rate: 9 }, 'rate: must be less than 9, got 9'],
  [{ name: 'aa', tests: [], id: 'x' }, 'id: must match /^\\d$/, got "x"'],
  [{ name: 'aa', tests: [], flag: 'x', nmae: 1 }, 'flag: must be true or false, got "x"; unknown field "nmae"'],
  [{ name: 'aa', tests: [], either: 5 }, 'either: must be text or null or a list, got 5'],
])('describes each fault of %j without the names of JavaScript types', (value, text) => {
  const { error } = schema.safeParse(value)
  expect(error && showFaults(describeIssues(error, value))).toBe(text)
})
