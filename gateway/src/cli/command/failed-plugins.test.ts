import { expect, it } from 'vitest'
import { watchFailedPlugins } from './failed-plugins.ts'

type Plugins = Parameters<typeof watchFailedPlugins>[0]
type Report = ReturnType<Plugins['reports']>[number]

const report = (packageName: string, message?: string): Report =>
  ({
    packageName,
    version: '1.0.0',
    origin: 'WORKSPACE',
    ...(message === undefined
      ? { status: 'LOADED', plugin: {} }
      : { status: 'FAILED', error: { code: 'PLUGIN_INVALID', message } }),
  }) as Report

/** A registry whose reports the test changes, and what is logged. */
function registry(...first: Report[]) {
  let reports = first
  const listeners = new Set<() => void>()
  const lines: string[] = []
  const onChange = (listener: () => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  return {
    plugins: { reports: () => reports, onChange },
    logger: { info: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) },
    change(...next: Report[]): string[] {
      reports = next
      for (const listener of listeners) listener()
      return lines.splice(0)
    },
    logged: () => lines.splice(0),
  }
}

it('logs a plugin that does not load once for each change of its error, and once when it loads again', () => {
  const { plugins, logger, change, logged } = registry(report('a'), report('b', 'b 1.0.0: wrong'))
  watchFailedPlugins(plugins, logger)
  expect(logged()).toEqual(['plugin did not load: PLUGIN_INVALID b 1.0.0: wrong'])
  expect(change(report('a', 'a 1.0.0: broken'), report('b', 'b 1.0.0: wrong'))).toEqual([
    'plugin did not load: PLUGIN_INVALID a 1.0.0: broken',
  ])
  expect(change(report('a', 'a 1.0.0: broken'), report('b', 'b 1.0.0: wrong'))).toEqual([])
  expect(change(report('a', 'a 1.0.0: worse'), report('b'))).toEqual([
    'plugin did not load: PLUGIN_INVALID a 1.0.0: worse',
    'plugin loads again: b 1.0.0',
  ])
  expect(change(report('a'), report('b'))).toEqual(['plugin loads again: a 1.0.0'])
  expect(change(report('a'), report('b'))).toEqual([])
})

it('does not report that a removed plugin loads', () => {
  const { plugins, logger, change } = registry(report('a', 'a 1.0.0: broken'))
  watchFailedPlugins(plugins, logger)
  expect(change()).toContain('plugin did not load: PLUGIN_INVALID a 1.0.0: broken')
  expect(change()).toEqual([])
})

it('logs one entry for an error with several lines, without control characters', () => {
  const { plugins, logger, logged } = registry(report('a', 'a 1.0.0: one\u001B[2J\ntwo\r\nCorrect it.'))
  watchFailedPlugins(plugins, logger)
  expect(logged()).toEqual(['plugin did not load: PLUGIN_INVALID a 1.0.0: one[2J\n  two \n  Correct it.'])
})

it('logs nothing after it is stopped', () => {
  const { plugins, logger, change } = registry()
  watchFailedPlugins(plugins, logger)()
  expect(change(report('a', 'a 1.0.0: broken'))).toEqual([])
})
