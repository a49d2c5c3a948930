/**
 * Restarts Node without io_uring. libuv opens rings when a process starts, before any of our code runs, and needs them
 * from then on. Operations on a ring bypass the seccomp filter of the process. If io_uring is denied from the start,
 * libuv uses epoll. Bubblewrap installs the same filter itself.
 *
 * Its arguments are the arguments of the new process.
 */
import { check, installFilter, openLibc, textPointers } from './libc.ts'
import { withoutIoUring } from './seccomp-filter.ts'

const F_SETFD = 2
/** The standard streams and the channel. Node marks them as close-on-exec. */
const INHERITED_FDS = [0, 1, 2, 3]

const libc = openLibc()
installFilter(libc, withoutIoUring())
for (const fd of INHERITED_FDS) check('F_SETFD', libc.fcntl(fd, F_SETFD, 0n))
const args = [process.execPath, ...process.argv.slice(1)].map((arg) => Buffer.from(`${arg}\0`))
check('execv', libc.execv(process.execPath, textPointers(args)))
