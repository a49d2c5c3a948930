import type { HostContext } from '@ashlar/core'
import { HostFailure } from '../operator-config/define.ts'

/** A server, as a user names it. */
export interface ServerAddress {
  host: string
  port: number
  /** False if the credential names the host with `http://`. */
  encrypted: boolean
}

/**
 * Returns the server that an input names, or the only host of the credential. The connection is encrypted unless the
 * credential allows the host without encryption only.
 *
 * @param given `host` or `host:port`
 * @throws {HostFailure}
 */
export function findServer(given: string | undefined, credential: HostContext['credential'], defaultPort: number): ServerAddress {
  const hosts = (credential?.hosts ?? []).map((host) => parse(host, defaultPort))
  if (given === undefined || given === '') return onlyHost(hosts, credential?.name)
  const { host, port } = parse(given, defaultPort)
  const isPlain = hosts.some((each) => each.host === host && each.port === port && !each.encrypted)
  const isSecure = hosts.some((each) => each.host === host && each.port === port && each.encrypted)
  return { host, port, encrypted: isSecure || !isPlain }
}

function onlyHost(hosts: readonly ServerAddress[], credential: string | undefined): ServerAddress {
  const [first, ...others] = hosts
  if (first && others.length === 0 && !first.host.startsWith('*.')) return first
  throw new HostFailure(`the credential "${credential}" is for several servers: set the input "server" to one of them`)
}

function parse(text: string, defaultPort: number): ServerAddress {
  const encrypted = !text.startsWith('http://')
  const host = encrypted ? text : text.slice('http://'.length)
  const [, name = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+|\*))?$/.exec(host) ?? []
  if (name === '')
    throw new HostFailure(`the server must be like "db.example.com:${defaultPort}", got ${JSON.stringify(text.slice(0, 100))}`)
  return { host: name.toLowerCase(), port: port === undefined || port === '*' ? defaultPort : Number(port), encrypted }
}
