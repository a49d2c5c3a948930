/**
 * The cause of a failed statement.
 *
 * - `connection`: the server was not reached, or it ended the connection. The statement may have succeeded.
 * - `environment`: the server cannot execute the statement at this time, whatever its data. The statement succeeds
 *   after the cause is removed.
 * - `statement`: the server rejects this statement with this data. A repetition fails again.
 */
type FailureCause = 'connection' | 'environment' | 'statement'

/**
 * The causes by SQLSTATE or prefix of an SQLSTATE. The longest match applies. The cause of a code without an entry is
 * `statement`. Source: PostgreSQL, Appendix A, and Node's error codes.
 */
const CAUSES: readonly [code: string, cause: FailureCause, reason: string][] = [
  ['08', 'connection', 'connection exception'],
  ['57P', 'connection', 'the server stops, starts, or an administrator ended the connection'],
  ['ECONN', 'connection', 'Node: the connection was refused, reset or aborted'],
  ['EPIPE', 'connection', 'Node: the connection is closed'],
  ['ETIMEDOUT', 'connection', 'Node: the server does not respond'],
  ['EHOST', 'connection', 'Node: there is no route to the host'],
  ['ENET', 'connection', 'Node: there is no network'],
  ['ENOTFOUND', 'connection', 'Node: the host does not exist'],
  ['EAI_AGAIN', 'connection', 'Node: the host name cannot be resolved'],
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
  ['3D', 'environment', 'the database does not exist'],
  ['3F', 'environment', 'the schema does not exist'],
  ['42', 'environment', 'a table, a column or a privilege is missing: the same for all data'],
  ['22', 'statement', 'data exception: a value does not fit its type'],
  ['23', 'statement', 'constraint violation, such as 23505: the row already exists'],
  ['54', 'statement', 'a value is too large or nested too deep'],
  ['P0', 'statement', 'a trigger rejects the row'],
  ['XX000', 'statement', 'internal error: "invalid memory alloc request size" for a value over 1 GB'],
]

const LONGEST_FIRST = CAUSES.toSorted(([one], [other]) => other.length - one.length)

/** @param error an error of `pg` or MikroORM; a RangeError means that a text is too long to be sent */
export function classifyFailure(error: unknown): FailureCause {
  const code = readErrorCode(error)
  if (code === '' && CLOSED.test(errorMessage(error))) return 'connection'
  return LONGEST_FIRST.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'statement'
}

/** Messages of `pg` errors that have no code. */
const CLOSED =
  /Connection (terminated|ended)|Client has encountered a connection error|not queryable|timeout exceeded when trying to connect/

/**
 * Returns the SQLSTATE or Node code of an error, '' if it has none. Node reports several refused addresses of a host as
 * one error.
 */
export function readErrorCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return readErrorCode(error.errors[0])
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : ''
}
