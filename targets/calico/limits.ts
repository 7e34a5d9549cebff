// How much fits into one Calico object (maxItems and maxLength of its CRDs, enforced from 3.32).
// Older versions take more; the output stays within the limits where splitting keeps the meaning,
// so that it survives an upgrade.

/** Characters of one selector. */
export const maxSelectorLength = 1024
/** Entries of one `ports` list. */
export const maxPorts = 50
/** Entries of one `nets` or `notNets` list. */
export const maxNets = 256
/** Rules of one direction. */
export const maxRules = 1024
/** Characters of a policy's name. */
export const maxNameLength = 253
