import type { z } from 'zod'
import type { MarkedPin } from './find-marker-fault.ts'

/** Reads the pins of a block from its schemas, as `z.toJSONSchema` describes them. */
export function readPins({ shape }: z.ZodObject, io: 'input' | 'output'): MarkedPin[] {
  return Object.entries(shape).map(([name, schema]) => readPin(name, schema, io))
}

/** An outer schema has the metadata of the schema that it wraps, unless it has its own. */
function readPin(name: string, schema: z.core.$ZodType, io: 'input' | 'output'): MarkedPin {
  const meta: Record<string, unknown> = {}
  let isList = false
  for (let each: z.core.$ZodType | undefined = schema; each; each = unwrap(each, io)) {
    for (const [key, value] of Object.entries((each as Partial<z.ZodType>).meta?.() ?? {})) meta[key] ??= value
    isList = each._zod.def.type === 'array'
  }
  return { name, meta, isList }
}

function unwrap(schema: z.core.$ZodType, io: 'input' | 'output'): z.core.$ZodType | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod
  if (def.type === 'pipe') return io === 'output' || def.in._zod.def.type === 'transform' ? def.out : def.in
  return 'innerType' in def ? def.innerType : undefined
}
