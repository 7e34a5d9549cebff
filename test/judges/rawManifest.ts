// Parsed manifests, looked at without trust in their shape.

/** A mapping of whatever. */
export type Raw = Readonly<Record<string, unknown>>

/** Keys that nobody knows. */
export function strangers(map: Raw, known: readonly string[]): readonly string[] {
  return Object.keys(map)
    .filter((key) => !known.includes(key))
    .map((key) => `unknown key ${key}`)
}

/** The text, where there is a fault. */
export function when(fault: boolean, text: string): readonly string[] {
  return fault ? [text] : []
}

/** The mapping under a key; an empty one where there is none. */
export function mapAt(map: Raw, key: string): Raw {
  const value = map[key]
  return typeof value === 'object' && value !== null ? (value as Raw) : {}
}

/** The list under a key; an empty one where there is none. */
export function listAt(map: Raw, key: string): readonly Raw[] {
  const value = map[key]
  return Array.isArray(value) ? value : []
}
