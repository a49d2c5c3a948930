import { parseXml, type XmlElement, type XmlNode } from '@rgrove/parse-xml'

/** Returns the text of the first element with this name, or undefined. Answers of S3 are small and have no attributes. */
export function readText(xml: string, name: string): string | undefined {
  return findElements(xml, name)[0]?.text
}

/** Returns the children of each element with this name, by their names. */
export function readRecords(xml: string, name: string): Record<string, string>[] {
  return findElements(xml, name).map(({ children }) =>
    Object.fromEntries(children.filter(isElement).map((child) => [child.name, child.text])),
  )
}

function findElements(xml: string, name: string): XmlElement[] {
  try {
    const { root } = parseXml(xml)
    return root ? listElements(root).filter((element) => element.name === name) : []
  } catch {
    return []
  }
}

function listElements(element: XmlElement): XmlElement[] {
  return [element, ...element.children.filter(isElement).flatMap(listElements)]
}

function isElement(node: XmlNode): node is XmlElement {
  return 'name' in node && 'children' in node && 'text' in node
}
