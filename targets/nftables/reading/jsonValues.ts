// Values of unknown shape, as JSON gives them, looked at with care.

export type JsonObject = Readonly<Record<string, unknown>>

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A number; those of too many digits come as texts. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\d+$/.test(value)) return Number(value)
  return typeof value === 'number' ? value : undefined
}

/** The one member of an object: what JSON of nft tells its kinds by. */
export function only(value: unknown): readonly [string, unknown] | undefined {
  const object = asObject(value)
  return object && Object.entries(object)[0]
}

/** A text or a list of texts. */
export function asTexts(value: unknown): readonly string[] {
  const list = asList(value) ?? (value === undefined ? [] : [value])
  return list.filter((one) => typeof one === 'string')
}

/** Parses a value; undefined for what is not JSON. Numbers that would lose digits become texts. */
export function parseJson(text: string): unknown {
  const safe = /\d{16}/.test(text) ? text.replace(longNumbers, keepDigits) : text
  try {
    return JSON.parse(safe)
  } catch {
    return undefined
  }
}

const longNumbers = /"(?:[^"\\]|\\.)*"|-?\d{16,}/g

function keepDigits(found: string): string {
  return found.startsWith('"') ? found : `"${found}"`
}
