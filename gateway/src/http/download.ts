import { DOWNLOAD_PATH, type Runtime } from '@ashlar/core'
import { errorAnswer } from './request-error.ts'
import type { Route } from './routes.ts'

/**
 * `GET /files/<token>`: streams a file of an execution. The signed token authenticates the request, so that browsers
 * and other programs can download the file. The response never runs as a page of this server: it is an attachment, in a
 * sandbox, and its media type is not one that a browser executes.
 */
export function downloadRoute(files: Runtime['executionFiles']): Route {
  return async (request, { pathname }) => {
    const start = parseRange(request.headers)
    const { name, mediaType, reader } = await files.openDownload(pathname.slice(DOWNLOAD_PATH.length), start)
    const { bytes } = reader
    if (start !== undefined && start >= bytes) {
      await reader.close()
      return rejectRange(bytes)
    }
    const headers = {
      'content-type': mediaType ?? 'application/octet-stream',
      'content-length': String(bytes - (start ?? 0)),
      'content-disposition': formatDisposition(name),
      'content-security-policy': "sandbox; default-src 'none'",
      'accept-ranges': 'bytes',
      ...(start !== undefined && { 'content-range': `bytes ${start}-${bytes - 1}/${bytes}` }),
    }
    const status = start === undefined ? 200 : 206
    if (request.method === 'HEAD') {
      await reader.close()
      return new Response(null, { status, headers })
    }
    return new Response(toStream(reader), { status, headers })
  }
}

type Reader = Awaited<ReturnType<Runtime['executionFiles']['openDownload']>>['reader']

function toStream(reader: Reader): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      try {
        const chunk = await reader.read()
        if (chunk) return controller.enqueue(chunk)
        controller.close()
      } catch (error) {
        controller.error(error)
      }
      await reader.close()
    },
    cancel: () => reader.close(),
  })
}

/**
 * Returns the start of a range `bytes=<start>-`, with which clients resume a download. Any other range is ignored, as
 * RFC 9110 section 14.2 allows. `If-Range` is never fulfilled, because the response has no validator.
 */
function parseRange(headers: Headers): number | undefined {
  if (headers.has('if-range')) return undefined
  const [, start] = /^bytes=(\d{1,15})-$/.exec(headers.get('range') ?? '') ?? []
  return start === undefined ? undefined : Number(start)
}

function rejectRange(bytes: number): Response {
  const message = `the file has only ${bytes} bytes: request a range that starts before its end`
  return errorAnswer('BAD_REQUEST', 416, message, { 'content-range': `bytes */${bytes}` })
}

/** Formats the header for any file name. Source: RFC 6266 section 4, RFC 8187 section 3.2.1. */
function formatDisposition(name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
