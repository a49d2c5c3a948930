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
  zod: () => zod,
  'zod/locales': () => zod.locales,
  'zod/mini': () => require('zod/v4/mini'),
  'zod/v3': () => require('zod/v3'),
  'zod/v4/core': () => zod.core,
  'zod/v4/locales/en.js': loadEnglish,
}
const ALIASES: Record<string, string> = {
  'zod/v4': 'zod',
  'zod/v4-mini': 'zod/mini',
  'zod/v4/locales': 'zod/locales',
  'zod/v4/mini': 'zod/mini',
}
const loaded = new Map<string, unknown>()

export function loadHostModule(given: string): unknown {
  const name = ALIASES[given] ?? given
  const known = loaded.get(name) ?? (Object.hasOwn(MODULES, name) ? MODULES[name]?.() : undefined)
  loaded.set(name, known)
  return known
}

/** The bundler converts a default import either to the property `default` or to the module itself. Both work. */
function loadEnglish(): unknown {
  const english = (): unknown => zod.locales.en()
  return Object.assign(english, { default: english })
}
