// What differs between the versions of Calico, as data: tiers, names, limits, ties.

/** A range of Calico versions that behave alike for this target. */
export interface VersionRange {
  readonly title: string
  /** First minor version of Calico 3 that belongs to the range. */
  readonly fromMinor: number
  /** Whether there are tiers, and with them the field `tier` and the action Pass. */
  readonly tiers: boolean
  /** How a name tells the tier: not at all, or as `<tier>.` in front of it for other tiers. */
  readonly tierInName: boolean
  /** Whether a name may be two labels that a dot joins. */
  readonly dottedNames: boolean
  /** Characters that Calico itself puts before a stored name: `<tier>.` before 3.32. */
  readonly storesTierInName: boolean
  /** Whether the API server enforces the size limits of limits.ts. */
  readonly enforcesLimits: boolean
  /** The text by which policies of equal order are sorted. */
  readonly tieKey: (name: string, namespace: string | null) => string
}

/** The ranges, oldest first. */
export const versionRanges: readonly VersionRange[] = [
  {
    title: 'before 3.29',
    fromMinor: 0,
    tiers: false,
    tierInName: false,
    dottedNames: false,
    storesTierInName: true,
    enforcesLimits: false,
    tieKey: (name, namespace) => (namespace === null ? name : `${namespace}/${name}`),
  },
  {
    title: '3.29 to 3.31',
    fromMinor: 29,
    tiers: true,
    tierInName: true,
    dottedNames: false,
    storesTierInName: true,
    enforcesLimits: false,
    tieKey: (name, namespace) => (namespace === null ? name : `${namespace}/${name}`),
  },
  {
    title: '3.32 and later',
    fromMinor: 32,
    tiers: true,
    tierInName: false,
    dottedNames: true,
    storesTierInName: false,
    enforcesLimits: true,
    tieKey: (name, namespace) =>
      namespace === null ? `${name}//GlobalNetworkPolicy` : `${name}/${namespace}/NetworkPolicy`,
  },
]

/** The version that is written for when the user names none. */
export const defaultVersion = '3.32'

/**
 * The range of a version such as `3.28`, `3.30.1` or `v3.32.0`; undefined for text that is not a
 * version of Calico 3.
 */
export function versionRange(text: string): VersionRange | undefined {
  const minor = /^v?3\.(0|[1-9]\d{0,3})(\.\d{1,4})?$/.exec(text)?.[1]
  if (minor === undefined) return undefined
  return versionRanges.findLast((range) => range.fromMinor <= Number(minor))
}
