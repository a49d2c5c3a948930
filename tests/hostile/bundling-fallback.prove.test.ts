import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { attempts, bundleDraft, legitimate, OUTSIDE, SECRET, writePackages } from './bundling-attempts.ts'

/* The attempts on a machine without bubblewrap, where only the bundler's check of every file confines it. */

let root: string
let folders: Map<string, string>
beforeAll(async () => {
  vi.stubEnv('PATH', '')
  ;({ root, folders } = await writePackages())
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(root, { recursive: true })
})

it.each(Object.entries(attempts))('a draft does not get the secret when it %s', async (title, { message = OUTSIDE }) => {
  const failure: unknown = await bundleDraft(folders.get(title)).catch((error: unknown) => error)
  expect(String(failure)).not.toContain(SECRET)
  expect(String(failure)).toMatch(message)
  expect(failure).toMatchObject({ code: expect.stringMatching(/^PLUGIN_(LOAD_FAILED|INVALID)$/) as string })
})

it.each(Object.entries(legitimate))('a draft is bundled with %s', async (title, { has }) => {
  expect((await bundleDraft(folders.get(title))).split(has)).toHaveLength(3)
})
