import { expect, it } from 'vitest'
import { splitFaultPath } from './fault-path.ts'

it.each([
  ['settings.budget', ['settings', 'budget']],
  ['links.2.from', ['links', '2', 'from']],
  ['inputs.user.name', ['inputs', 'user.name']],
  ['masks.greet', ['masks', 'greet']],
  ['nodes.greet.inputs.values_#_user.name', ['nodes', 'greet', 'inputs', 'values_#_user.name']],
  ['nodes.inputs.inputs.a.b', ['nodes', 'inputs', 'inputs', 'a.b']],
  ['document.nodes.0.inputs.a.b', ['document', 'nodes', '0', 'inputs', 'a.b']],
  ['nodes.greet.retry.attempts', ['nodes', 'greet', 'retry', 'attempts']],
])('splits %s', (path, segments) => {
  expect(splitFaultPath(path)).toEqual(segments)
})
