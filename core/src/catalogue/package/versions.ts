import { minVersion, parse, prerelease, validRange } from 'semver'

export { compare as compareVersions } from 'semver'

/** Whether the text is exactly a version such as `1.2.3` or `1.2.3-beta.1`: no `v`, no spaces. */
export function isVersion(text: string): boolean {
  const parsed = parse(text)
  if (!parsed) return false
  const build = parsed.build.length > 0 ? `+${parsed.build.join('.')}` : ''
  return `${parsed.version}${build}` === text
}

/** Returns text that sorts, by code units, like {@link compareVersions}. */
export function toVersionKey(version: string): string {
  const parsed = parse(version)
  if (!parsed) return version
  const { major, minor, patch, prerelease: labels } = parsed
  const release = [major, minor, patch].map(padNumber).join('.')
  // A release follows its prereleases. Numbers come before words, and fewer labels before more.
  const rest = labels.map((label) => (typeof label === 'number' ? `0${padNumber(label)}` : `1${label}`))
  return `${release} ${labels.length === 0 ? '~' : rest.join(' ')}`
}

function padNumber(number: number): string {
  return String(number).padStart(16, '0')
}

/** Whether the version is a pre-release, such as `1.2.3-beta.1`. */
export function isPrerelease(version: string): boolean {
  return prerelease(version) !== null
}

/** Whether a plugin made for version `wanted` needs a newer major or minor version than `given`. */
export function isNewerMinor(wanted: string, given: string): boolean {
  const [left, right] = [parse(wanted), parse(given)]
  if (!left || !right) return false
  return left.major === right.major ? left.minor > right.minor : left.major > right.major
}

/**
 * The lowest `major.minor.0` that an npm range allows: `^1.2.3 || 2` → `1.2.0`.
 *
 * @returns undefined for a range without a lower bound, such as `*`, and for text that is not a range, such as a folder
 * or a URL
 */
export function lowestVersion(range: string): string | undefined {
  const plain = range.replace(/^\s*(workspace:|npm:.*@)/, '')
  const lowest = validRange(plain) === null ? null : minVersion(plain)
  return lowest === null || lowest.compare('0.0.0') === 0 ? undefined : `${lowest.major}.${lowest.minor}.0`
}
