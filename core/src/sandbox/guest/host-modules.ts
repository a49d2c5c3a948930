import * as sdk from '@ashlar/sdk'
import * as zod from 'zod'

/**
 * The modules that bundles import from the host, by the names in `HOST_MODULES` of `catalogue/bundle`. All entries of
 * zod share the classes of one instance, so the schemas of a plugin and of its libraries fit together. In the bundle of
 * the guest, `require` in a function becomes a function that evaluates the module at the first call: most plugins do
 * not use these modules.
 */
const MODULES: Record<string, () => unknown> = {
  '@ashlar/sdk': () => sdk,
  '@ashlar/sdk/rest': () => require('@ashlar/sdk/rest'),
  zod: () => zod,
  'zod/locales': () => zod.locales,
  'zod/v4/core': () => zod.core,
  'zod/v4/locales/en.js': loadEnglish,
}
const ALIASES: Record<string, string> = {
  'zod/v4': 'zod',
  'zod/v4/locales': 'zod/locales',
}
const loaded = new Map<string, unknown>()

/** @throws {Error} MODULE_NOT_FOUND for another name. Libraries catch it when they look for an optional package. */
export function loadHostModule(given: string): unknown {
  const name = ALIASES[given] ?? given
  const load = Object.hasOwn(MODULES, name) ? MODULES[name] : undefined
  if (!load) throw Object.assign(new Error(`Cannot find module '${given}'`), { code: 'MODULE_NOT_FOUND' })
  const module = loaded.get(name) ?? load()
  loaded.set(name, module)
  return module
}

/** The bundler converts a default import either to the property `default` or to the module itself. Both work. */
function loadEnglish(): unknown {
  const english = (): unknown => zod.locales.en()
  return Object.assign(english, { default: english })
}
