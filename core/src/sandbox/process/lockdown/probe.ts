/** Ends with status 0 where a sandbox process can lock itself down. */
import { lockDown } from './lockdown.ts'

lockDown({ limitsThreads: false })
process.exit(0)
