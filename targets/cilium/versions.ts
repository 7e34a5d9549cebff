// What differs between the versions of Cilium, as data.

/** The version that is written for when the user names none. */
export const defaultVersion = '1.18'

/** First minor version of Cilium 1 that has a feature. */
export const since = {
  /** Deny rules; also the oldest version that this target writes for. */
  deny: 9,
  /** `enableDefaultDeny`; before it a direction isolates when it has a rule. */
  enableDefaultDeny: 16,
  /** `endPort`; before it the field was taken and ignored. */
  endPort: 17,
} as const

/** The minor version of a text such as `1.18`, `1.17.3` or `v1.18.0`; undefined for other text. */
export function minorVersion(text: string): number | undefined {
  const minor = /^v?1\.(0|[1-9]\d{0,3})(\.\d{1,4})?$/.exec(text)?.[1]
  return minor === undefined || Number(minor) < since.deny ? undefined : Number(minor)
}
