import { canonicalJson, type Storage } from '@ashlar/sdk'
import { z } from 'zod'

const storedSchema = z.object({ by: z.string().nullable(), parts: z.array(z.tuple([z.string(), z.array(z.unknown())])) })

/**
 * Adds the rows of this run to those of earlier runs of its node.
 *
 * @param run the idempotency key of the run, `<execution>:<node>:<n>`; a repeated run replaces its own rows
 * @returns all rows once they are at least `size`, and the next run starts again; otherwise undefined
 */
export async function accumulate(storage: Storage, run: string, rows: unknown[], size: number): Promise<unknown[] | undefined> {
  const key = `sample/${run.slice(0, run.lastIndexOf(':'))}`.slice(0, 200)
  for (;;) {
    const before = await storage.get('graph', key)
    const stored = storedSchema.nullable().parse(before)
    const isNew = stored === null || (stored.by !== null && stored.by !== run)
    const others = isNew ? [] : stored.parts.filter(([by]) => by !== run)
    const parts: [string, unknown[]][] = [...others, [run, rows]]
    const all = parts.flatMap(([, part]) => part)
    const isFull = all.length >= size
    const after = { by: isFull ? run : null, parts }
    const isSet = canonicalJson(before) === canonicalJson(after) || (await storage.compareAndSet('graph', key, before, after))
    if (isSet) return isFull ? all : undefined
  }
}
