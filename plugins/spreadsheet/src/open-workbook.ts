import { unzipSync, zipSync } from 'fflate'
import XLSX, { type WorkBook } from '@e965/xlsx/dist/xlsx.mini.min.js'

/** The maximum size of a file, packed and unpacked. A workbook in memory takes about ten times its unpacked size. */
const MAX_PACKED_BYTES = 16 * 1024 * 1024
const MAX_UNPACKED_BYTES = 40 * 1024 * 1024
const MAX_PARTS = 2000

/**
 * Opens an XLSX or ODS file. Checks the sizes in its directory before it unpacks anything. A part never takes more
 * memory than the directory declares.
 *
 * @throws {Error} when the file is too large, is encrypted or is not a workbook
 */
export function openWorkbook(bytes: Uint8Array, sheetRows: number): WorkBook {
  assertZip(bytes)
  const parts = unpack(bytes)
  assertWhole(parts)
  const stored = zipSync(parts, { level: 0 })
  try {
    const workbook = XLSX.read(stored, {
      type: 'array',
      cellDates: true,
      UTC: true,
      dense: true,
      cellFormula: false,
      cellHTML: false,
      cellText: false,
      ...(sheetRows > 0 && { sheetRows }),
    })
    if (workbook.SheetNames.length > 0) return workbook
  } catch (cause) {
    throw new Error(`the file is not a valid XLSX or ODS workbook: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
  throw new Error('the file is not a valid XLSX or ODS workbook: it has no sheets')
}

function assertZip(bytes: Uint8Array): void {
  if (bytes.length > MAX_PACKED_BYTES)
    throw new Error(`the file has ${bytes.length} bytes; a workbook has at most ${MAX_PACKED_BYTES}`)
  const [a, b, c, d] = bytes
  if (a === 0x50 && b === 0x4b) return
  if (a === 0xd0 && b === 0xcf && c === 0x11 && d === 0xe0)
    throw new Error(
      contains(bytes, 'EncryptedPackage')
        ? 'the workbook is protected by a password; remove the password and save it again'
        : 'the file is an Excel 97-2003 workbook (.xls); save it as .xlsx',
    )
  throw new Error('the file is not an XLSX or ODS workbook')
}

function unpack(bytes: Uint8Array): Record<string, Uint8Array> {
  let [unpackedBytes, parts] = [0, 0]
  try {
    return unzipSync(bytes, {
      filter({ originalSize }) {
        unpackedBytes += originalSize
        if (++parts > MAX_PARTS) throw new TooLarge(`the workbook has more than ${MAX_PARTS} parts`)
        if (unpackedBytes > MAX_UNPACKED_BYTES)
          throw new TooLarge(`the workbook is larger than ${MAX_UNPACKED_BYTES} bytes when it is unpacked`)
        return true
      },
    })
  } catch (cause) {
    if (cause instanceof TooLarge) throw cause
    throw new Error(`the file is not a valid XLSX or ODS workbook: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

class TooLarge extends Error {}

/** SheetJS reads a damaged part as far as it can, and would return a part of the rows. */
function assertWhole(parts: Record<string, Uint8Array>): void {
  for (const [name, bytes] of Object.entries(parts)) {
    const root = ROOTS.find(([path]) => path.test(name))?.[1]
    if (root === undefined) continue
    const text = new TextDecoder().decode(bytes.subarray(-200)).trimEnd()
    if (!new RegExp(`</(\\w+:)?${root}>$|<(\\w+:)?${root}[^>]*/>$`).test(text))
      throw new Error(`the workbook is damaged: its part ${JSON.stringify(name.slice(0, 100))} has no end; save it again`)
  }
}

/** The elements with which the parts that contain values end. */
const ROOTS: readonly [path: RegExp, root: string][] = [
  [/^xl\/worksheets\/[^/]+\.xml$/i, 'worksheet'],
  [/^xl\/sharedStrings\.xml$/i, 'sst'],
  [/^content\.xml$/, 'document-content'],
]

/** Whether the bytes contain a text in UTF-16. */
function contains(bytes: Uint8Array, text: string): boolean {
  return new TextDecoder('utf-16le').decode(bytes.subarray(0, bytes.length & ~1)).includes(text)
}
