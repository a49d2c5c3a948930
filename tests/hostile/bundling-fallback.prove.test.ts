import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { attempts, bundleDraft, legitimate, OUTSIDE, SECRET, writePackages } from './bundling-attempts.ts'

/* The same attempts on a machine without bubblewrap, where the bundler's own check of every file has to be enough. */

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

it.each(Object.entries(attempts))('a draft gets nothing when it %s', async (title, { message = OUTSIDE }) => {
  const failure: unknown = await bundleDraft(folders.get(title)).catch((error: unknown) => error)
  expect(String(failure)).not.toContain(SECRET)
  expect(String(failure)).toMatch(message)
  expect(failure).toMatchObject({ code: expect.stringMatching(/^PLUGIN_(LOAD_FAILED|INVALID)$/) as string })
})

it.each(Object.entries(legitimate))('a draft is bundled with %s', async (title, { has }) => {
  expect((await bundleDraft(folders.get(title))).split(has)).toHaveLength(3)
})
