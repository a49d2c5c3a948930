/** The limits of a graph file, which an export keeps too. Each graph has those of a document in addition. */
export const FILE_LIMITS = {
  /** JSON text. */
  chars: 16 * 1024 * 1024,
  /** The graphs that nodes of the file run, for the format ASHLAR. */
  graphs: 1000,
}
