import { z } from 'zod'

/** A number of any size. An integer that a number cannot represent exactly is a bigint. */
export const numberPin = z.union([z.number(), z.bigint()])
