import { isVersion, packageNameSchema } from '@ashlar/core'
import { listPackageFiles, type PackageJson } from '../draft/package-files.ts'
import type { Finding, FindingCode, Level } from './finding.ts'

/** Checks the package.json and the packed files. @param used the files of the package in its bundle */
export async function findInPackage(
  folder: string,
  { text, json }: { text: string; json: PackageJson },
  used: readonly string[],
): Promise<Finding[]> {
  const at = (key: string): string => findPosition(text, key)
  const finding = (level: Level, code: FindingCode, key: string, message: string): Finding => {
    return { level, code, position: at(key), message }
  }
  const { name, version, license, description, files, dependencies = {} } = json
  const found: Finding[] = []
  if (!packageNameSchema.safeParse(name).success)
    found.push(finding('error', 'PACKAGE_NAME', 'name', '"name" must be the name of an npm package, in lower case'))
  if (typeof version !== 'string' || !isVersion(version))
    found.push(finding('error', 'PACKAGE_VERSION', 'version', '"version" must be a version like "1.2.3" (semver.org)'))
  if (typeof license !== 'string' || license.trim() === '')
    found.push(
      finding(
        'error',
        'PACKAGE_LICENSE',
        'license',
        '"license" must name the licence, preferably with an SPDX identifier such as "MIT"',
      ),
    )
  if (typeof description !== 'string' || description.trim() === '')
    found.push(
      finding('hint', 'PACKAGE_DESCRIPTION', 'description', '"description" should be one sentence about what the plugin does'),
    )
  for (const host of ['@ashlar/sdk', 'zod'].filter((each) => each in dependencies))
    found.push(finding('hint', 'PACKAGE_DEPENDENCY', host, `${host} is provided by the host: move it to "peerDependencies"`))
  if (files === undefined)
    found.push(finding('warning', 'PACKAGE_FILES', 'files', '"files" is missing: the tarball contains every file in the folder'))
  const packed = await listPackageFiles(folder, json)
  for (const path of used.filter((each) => !packed.includes(each)))
    found.push(finding('error', 'PACKAGE_FILES', 'files', `"files" must include ${path}, which the blocks use`))
  if (!packed.some((path) => /^licen[cs]e(\..*)?$/i.test(path)))
    found.push({ level: 'warning', code: 'PACKAGE_LICENSE', position: null, message: 'the file LICENSE is missing' })
  return found
}

/** The position of a key, or the start of the file if the key is missing. */
function findPosition(text: string, key: string): string {
  const index = Math.max(0, text.indexOf(`"${key}":`))
  const before = text.slice(0, index).split('\n')
  return `package.json:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
}
