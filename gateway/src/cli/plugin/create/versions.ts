import { readFile } from 'node:fs/promises'

const ROOT = new URL('../../../../../', import.meta.url)
const ENTRY = /^ {2}'?(?<name>[^\s':]+)'?: (?<version>\S+)$/gm

/** Reads the versions of npm packages that this installation uses. @returns a function from name to version, or `*` for other packages */
export async function readVersions(): Promise<(name: string) => string> {
  const [workspace, sdk] = await Promise.all(
    ['pnpm-workspace.yaml', 'plugins/sdk/package.json'].map((path) => readFile(new URL(path, ROOT), 'utf8')),
  )
  const catalog = workspace?.slice(workspace.indexOf('\ncatalog:')) ?? ''
  const versions = new Map([...catalog.matchAll(ENTRY)].map(({ groups }) => [groups?.name, groups?.version]))
  const { version } = JSON.parse(sdk ?? '{}') as { version: string }
  return (name) => (name === '@ashlar/sdk' ? version : (versions.get(name) ?? '*'))
}
