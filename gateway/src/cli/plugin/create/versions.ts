import { readFile } from 'node:fs/promises'

const ROOT = new URL('../../../../../', import.meta.url)
const ENTRY = /^ {2}'?(?<name>[^\s':]+)'?: (?<version>\S+)$/gm

/** Versions of the packages that this installation is made and tested with. @returns by name; `*` where it knows none */
export async function readVersions(): Promise<(name: string) => string> {
  const [workspace, sdk] = await Promise.all(
    ['pnpm-workspace.yaml', 'plugins/sdk/package.json'].map((path) => readFile(new URL(path, ROOT), 'utf8')),
  )
  const catalog = workspace?.slice(workspace.indexOf('\ncatalog:')) ?? ''
  const versions = new Map([...catalog.matchAll(ENTRY)].map(({ groups }) => [groups?.name, groups?.version]))
  const { version } = JSON.parse(sdk ?? '{}') as { version: string }
  return (name) => (name === '@ashlar/sdk' ? version : (versions.get(name) ?? '*'))
}
