/**
 * The cause of a failed statement.
 *
 * - `connection`: the server was not reached, or it ended the connection. The statement may have succeeded.
 * - `environment`: the server cannot execute the statement at this time, whatever its data. The statement succeeds after the cause is
 *   removed.
 * - `statement`: the server rejects this statement with this data. A repetition fails again.
 */
type FailureCause = 'connection' | 'environment' | 'statement'

/**
 * The causes by SQLSTATE or prefix of an SQLSTATE. The longest match applies. The cause of a code without an entry is `statement`.
 * Source: PostgreSQL, Appendix A, and Node's error codes.
 */
const CAUSES: readonly [code: string, cause: FailureCause, reason: string][] = [
  ['08', 'connection', 'connection exception'],
  ['57P', 'connection', 'the server stops, starts, or an administrator ended the connection'],
  ['ECONN', 'connection', 'Node: the connection was refused, reset or aborted'],
  ['EPIPE', 'connection', 'Node: the connection is closed'],
  ['ETIMEDOUT', 'connection', 'Node: the server does not answer'],
  ['EHOST', 'connection', 'Node: there is no route to the host'],
  ['ENET', 'connection', 'Node: there is no network'],
  ['ENOTFOUND', 'connection', 'Node: the name of the host is unknown'],
  ['EAI_AGAIN', 'connection', 'Node: the name of the host cannot be looked up'],
  ['53', 'environment', 'disk full, out of memory, too many connections: resources return'],
  ['25', 'environment', 'read-only transaction or another transaction state: a property of the server, not of the data'],
  ['40', 'environment', 'deadlock or serialization failure: another attempt may succeed'],
  ['55', 'environment', 'a lock is not available, or an object is in use'],
  ['57', 'environment', 'the statement was cancelled'],
  ['58', 'environment', 'input or output error of the operating system'],
  ['F0', 'environment', 'the configuration of the server is wrong'],
  ['XX001', 'environment', 'a table is corrupted'],
  ['XX002', 'environment', 'an index is corrupted'],
  ['0A', 'environment', 'a cached plan does not fit a changed table'],
  ['28', 'environment', 'the role may not connect'],
  ['3D', 'environment', 'there is no such database'],
  ['3F', 'environment', 'there is no such schema'],
  ['42', 'environment', 'a table, a column or a privilege is missing: the same for all data'],
  ['22', 'statement', 'data exception: a value does not fit its type'],
  ['23', 'statement', 'constraint violation: 23505 is a row that is there already'],
  ['54', 'statement', 'a value is too large or nested too deep'],
  ['P0', 'statement', 'a trigger refuses the row'],
  ['XX000', 'statement', 'internal error: "invalid memory alloc request size" for a value over 1 GB'],
]

const LONGEST_FIRST = CAUSES.toSorted(([one], [other]) => other.length - one.length)

/** @param error what `pg` or MikroORM threw; a RangeError is a text too long to be sent */
export function causeOf(error: unknown): FailureCause {
  const code = codeOf(error)
  if (code === '' && CLOSED.test(messageOf(error))) return 'connection'
  return LONGEST_FIRST.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'statement'
}

/** Messages of `pg` errors that have no code. */
const CLOSED =
  /Connection (terminated|ended)|Client has encountered a connection error|not queryable|timeout exceeded when trying to connect/

/** SQLSTATE or Node's code of an error, '' without one. Node reports several refused addresses of a host as one error. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}
