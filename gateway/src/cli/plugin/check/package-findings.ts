import { isVersion, packageNameSchema } from '@ashlar/core'
import { listPackageFiles, type PackageJson } from '../draft/package-files.ts'
import type { Finding, FindingCode, Level } from './finding.ts'

/** @param used the files of the package that its bundle is made of */
export async function findInPackage(
  folder: string,
  { text, json }: { text: string; json: PackageJson },
  used: readonly string[],
): Promise<Finding[]> {
  const at = (key: string): string => positionOf(text, key)
  const finding = (level: Level, code: FindingCode, key: string, message: string): Finding => {
    return { level, code, position: at(key), message }
  }
  const { name, version, license, description, files, dependencies = {} } = json
  const found: Finding[] = []
  if (!packageNameSchema.safeParse(name).success)
    found.push(finding('error', 'PACKAGE_NAME', 'name', 'must be the name of an npm package, in lower case'))
  if (typeof version !== 'string' || !isVersion(version))
    found.push(finding('error', 'PACKAGE_VERSION', 'version', 'must be a version like "1.2.3" (semver.org)'))
  if (typeof license !== 'string' || license.trim() === '')
    found.push(finding('error', 'PACKAGE_LICENSE', 'license', 'must name the licence, best as an SPDX identifier like "MIT"'))
  if (typeof description !== 'string' || description.trim() === '')
    found.push(finding('hint', 'PACKAGE_DESCRIPTION', 'description', 'a sentence says to people what the plugin is for'))
  for (const host of ['@ashlar/sdk', 'zod'].filter((each) => each in dependencies))
    found.push(finding('hint', 'PACKAGE_DEPENDENCY', host, `${host} is brought by the host: it belongs into "peerDependencies"`))
  if (files === undefined)
    found.push(finding('warning', 'PACKAGE_FILES', 'files', 'without "files" all that lies in the folder is packed'))
  const packed = await listPackageFiles(folder, json)
  for (const path of used.filter((each) => !packed.includes(each)))
    found.push(finding('error', 'PACKAGE_FILES', 'files', `leaves out ${path}, which the blocks need`))
  if (!packed.some((path) => /^licen[cs]e(\..*)?$/i.test(path)))
    found.push({ level: 'warning', code: 'PACKAGE_LICENSE', position: null, message: 'there is no file LICENSE' })
  return found
}

/** Where a key stands; the beginning of the file where it is missing. */
function positionOf(text: string, key: string): string {
  const index = Math.max(0, text.indexOf(`"${key}":`))
  const before = text.slice(0, index).split('\n')
  return `package.json:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
}
