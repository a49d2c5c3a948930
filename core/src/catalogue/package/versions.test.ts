import { describe, expect, it } from 'vitest'
import { compareVersions, isNewerMinor, isVersion, lowestVersion, toVersionKey } from './versions.ts'

describe('a version', () => {
  it.each(['1.2.3', '0.0.0', '1.0.0-alpha.1', '1.0.0+build.5', '1.0.0-0a.b-c'])('%s is valid', (version) => {
    expect(isVersion(version)).toBe(true)
  })

  it.each(['1', '1.2', '01.2.3', '1.2.3-', '1.2.3-01', 'v1.2.3', '1.2.3 ', 'latest', '../1.2.3'])(
    '%j is not valid',
    (version) => {
      expect(isVersion(version)).toBe(false)
    },
  )

  it('is ordered by semantic versioning precedence', () => {
    const sorted = [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-alpha-b',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0',
      '1.2.0',
      '1.10.0',
    ]
    expect(sorted.toReversed().toSorted(compareVersions)).toEqual(sorted)
    expect(sorted.map(toVersionKey).toSorted()).toEqual(sorted.map(toVersionKey))
  })
})

it.each([
  ['0.1.0', false],
  ['0.1.9', false],
  ['0.0.9', false],
  ['0.2.0', true],
  ['0.2.0-beta', true],
  ['1.0.0', true],
])('a plugin made for %s needs a newer SDK than 0.1.0: %s', (wanted, newer) => {
  expect(isNewerMinor(wanted, '0.1.0')).toBe(newer)
})

it.each([
  ['^0.2.0', '0.2.0'],
  ['>=1.4.7 <3', '1.4.0'],
  ['2 || ^1.5', '1.5.0'],
  ['workspace:^0.3.1', '0.3.0'],
  ['*', undefined],
  ['workspace:*', undefined],
  ['latest', undefined],
  ['<3 >=1.2', '1.2.0'],
  ['<3', undefined],
  ['npm:@fork/sdk9@^1.4.0', '1.4.0'],
  ['file:../sdk-1.0.0.tgz', undefined],
  ['7up/sdk#2.0.0', undefined],
  ['https://host.example/2/sdk.tgz', undefined],
])('the lowest minor version of the range %s is %s', (range, lowest) => {
  expect(lowestVersion(range)).toBe(lowest)
})
