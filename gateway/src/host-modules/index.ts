import type { BUILTIN_HOST_MODULES } from '@ashlar/core'
import type { HostModule } from '../operator-config/define.ts'

/** Loaded when the configuration names them, so that other installations do not load their libraries. */
const MODULES: Record<(typeof BUILTIN_HOST_MODULES)[number], () => Promise<HostModule>> = {
  smtp: async () => (await import('./smtp/index.ts')).smtp,
  postgres: async () => (await import('./postgres/index.ts')).postgres,
}

/** @param name `ashlar:smtp` @returns the module if it exists, and the names of all */
export async function findBuiltinModule(name: string): Promise<{ module: HostModule | undefined; names: string[] }> {
  const names = Object.keys(MODULES).map((each) => `ashlar:${each}`)
  const found = Object.entries(MODULES).find(([each]) => `ashlar:${each}` === name)
  return { module: await found?.[1](), names }
}
