/** Ends with status 0 if a sandbox process can lock itself down on this machine. */
import { lockDown } from './lockdown.ts'

lockDown({ limitsThreads: false })
process.exit(0)
