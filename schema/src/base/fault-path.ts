/** The place of an input or a mask: its name may contain dots. */
const NAMED = /^((?:(?:document\.)?nodes\.[^.]+\.)?inputs|masks)\.(.+)$/s

/** Splits the path of a fault of core, such as `nodes.greet.inputs.format`. */
export function splitFaultPath(path: string): string[] {
  const [, place, name] = NAMED.exec(path) ?? []
  return place === undefined || name === undefined ? path.split('.') : [...place.split('.'), name]
}
