// Source: Semantic Versioning 2.0.0, the suggested regular expression.
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-z-][0-9a-z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-z-][0-9a-z-]*))*))?(?:\+[0-9a-z-]+(?:\.[0-9a-z-]+)*)?$/i

/** Whether it is a version like `1.2.3` or `1.2.3-beta.1`. */
export function isVersion(text: string): boolean {
  return VERSION.test(text)
}

/** Whether a version is a prerelease, like `1.2.3-beta.1`. */
export function isPrerelease(version: string): boolean {
  return VERSION.exec(version)?.[4] !== undefined
}

/** Returns a negative number when `a` precedes `b`. Source: Semantic Versioning 2.0.0, item 11. */
export function compareVersions(a: string, b: string): number {
  const [, ...left] = VERSION.exec(a) ?? []
  const [, ...right] = VERSION.exec(b) ?? []
  const numbers = [0, 1, 2].map((i) => Number(left[i]) - Number(right[i])).find((difference) => difference !== 0)
  if (numbers !== undefined) return numbers
  if (left[3] === undefined || right[3] === undefined) return Number(left[3] === undefined) - Number(right[3] === undefined)
  return comparePrereleases(left[3].split('.'), right[3].split('.'))
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [left, right] = [a[i], b[i]]
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1
    if (left === right) continue
    const [isLeftNumber, isRightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)]
    if (isLeftNumber && isRightNumber) return Number(left) - Number(right)
    if (isLeftNumber !== isRightNumber) return isLeftNumber ? -1 : 1
    return left < right ? -1 : 1
  }
  return 0
}

/** Whether the major or minor version of `wanted` is newer than that of `given`. */
export function isNewerMinor(wanted: string, given: string): boolean {
  const [, major = '', minor = ''] = VERSION.exec(wanted) ?? []
  return compareVersions(`${major}.${minor}.0`, given.replace(/[-+].*$/, '')) > 0 && isVersion(wanted)
}

/**
 * Returns the lowest `major.minor.0` of an npm version range: `^1.2.3 || 2` → `1.2.0`.
 *
 * @returns undefined for a range without a lower bound, like `*`, and for a specifier that is not a range, like a folder or a URL
 */
export function lowestVersion(range: string): string | undefined {
  const named = range
    .replace(/^\s*(workspace:|npm:.*@)/, '')
    .split('||')
    .map((part) => /^[\s~^>=v]*(\d{1,9})(?:\.(\d{1,9}))?[^/:]*$/.exec(part.replaceAll(/<=?\s*[^\s]+/g, '')))
    .map((found) => found && `${Number(found[1])}.${Number(found[2] ?? 0)}.0`)
  const [lowest] = named.filter((version) => version !== null).toSorted(compareVersions)
  return named.includes(null) ? undefined : lowest
}
