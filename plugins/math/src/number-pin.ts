import { z } from 'zod'

/** A number of any size: an integer that a number cannot hold is a bigint. */
export const numberPin = z.union([z.number(), z.bigint()])
