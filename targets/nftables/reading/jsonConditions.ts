// Limits, quotas and counts of connections in JSON: libnftables-json(5), "LIMIT", "QUOTA", "CT COUNT".
import { countText, namedText, quotaText, rateText } from './conditions.ts'
import { asNumber, asObject, asText, type JsonObject } from './jsonValues.ts'

/** The text of one, by its kind; undefined where it is none. */
export function jsonCondition(kind: string, value: unknown): string | undefined {
  const name = asText(value)
  const object = asObject(value) ?? {}
  const isOver = object.inv === true
  switch (kind) {
    case 'limit': {
      if (name !== undefined) return namedText(kind, name)
      const [rate, per] = [asNumber(object.rate), asText(object.per) ?? 'second']
      if (rate === undefined) return undefined
      const [unit, burstUnit] = [
        asText(object.rate_unit) ?? null,
        asText(object.burst_unit) ?? null,
      ]
      return rateText({ rate, unit, per, burst: asNumber(object.burst) ?? null, burstUnit, isOver })
    }
    case 'quota': {
      if (name !== undefined) return namedText(kind, name)
      const value = asNumber(object.val)
      return value === undefined
        ? undefined
        : quotaText(value, asText(object.val_unit) ?? 'bytes', isOver)
    }
    case 'ct count': {
      const count = asNumber(object.val)
      return count === undefined ? undefined : countText(count, isOver)
    }
  }
  return undefined
}

/** All that an object names. */
export function jsonConditions(object: JsonObject): readonly string[] {
  return Object.entries(object).flatMap(([kind, value]) => jsonCondition(kind, value) ?? [])
}
