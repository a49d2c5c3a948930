import { posix } from 'node:path'
import { z } from 'zod'
import { errorMessage } from '../../base/index.ts'
import { findSdkVersion, packedSdkSchema, sdkRangesSchema } from './made-for-sdk.ts'
import { isVersion } from './versions.ts'
import { refusal } from './fault.ts'
import type { TarFile } from './read-tar.ts'

/** The fields of a package.json that the store reads. */
export interface PackageFile {
  name: string
  version: string
  license: string
  description: string
  /** Path of the module that exports the blocks. */
  entry: string
  /** The SDK version that it was built for; undefined for any. */
  sdk: string | undefined
}

/** Source: the npm rules for names of new packages. */
export const packageNameSchema = z
  .string()
  .max(214)
  .regex(/^(@[a-z0-9][a-z0-9._~-]*\/)?[a-z0-9][a-z0-9._~-]*$/, 'must be the name of an npm package, in lower case')

/** Postgres cannot store U+0000 in text. */
export function storableText(maxChars: number): z.ZodString {
  return z
    .string()
    .max(maxChars)
    .refine((text) => !text.includes('\0'), 'must not contain the character U+0000')
}

const MAX_BYTES = 1024 * 1024

const schema = z.object({
  name: packageNameSchema,
  version: z.string().max(64).refine(isVersion, 'must be a version like "1.2.3"'),
  license: z.string('must name the licence, preferably as an SPDX identifier like "MIT"').trim().min(1).max(200),
  description: storableText(2000).default(''),
  ashlar: z.object({ blocks: z.string().min(1).max(300), sdk: packedSdkSchema }),
  ...sdkRangesSchema.shape,
})

/** @throws {AshlarError} PLUGIN_INVALID */
export function readPackageFile(files: readonly TarFile[]): PackageFile {
  const file = files.find(({ path }) => path === 'package.json')
  if (!file) throw refusal('PLUGIN_INVALID', 'package.json', 'is missing')
  const parsed = schema.safeParse(parseJson(file.bytes))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw refusal('PLUGIN_INVALID', 'package.json', `${issue?.path.join('.') || 'it'}: ${issue?.message}`)
  }
  const { name, version, license, description, ashlar } = parsed.data
  const sdk = findSdkVersion(ashlar.sdk, parsed.data)
  return { name, version, license, description, entry: parseEntry(ashlar.blocks, files), sdk }
}

function parseEntry(blocks: string, files: readonly TarFile[]): string {
  const entry = posix.normalize(blocks)
  if (posix.isAbsolute(entry) || entry === '..' || entry.startsWith('../'))
    throw refusal('PLUGIN_INVALID', 'package.json', '"ashlar.blocks" must be a file inside the package')
  if (!files.some(({ path }) => path === entry))
    throw refusal(
      'PLUGIN_INVALID',
      'package.json',
      `"ashlar.blocks" names ${JSON.stringify(blocks)}, which is not in the tarball`,
    )
  return entry
}

function parseJson(bytes: Buffer): unknown {
  if (bytes.length > MAX_BYTES) throw refusal('PLUGIN_INVALID', 'package.json', `is longer than ${MAX_BYTES} bytes`)
  try {
    return JSON.parse(bytes.toString())
  } catch (error) {
    throw refusal('PLUGIN_INVALID', 'package.json', `is not JSON: ${errorMessage(error)}`, error)
  }
}
