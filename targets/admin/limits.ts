// How much fits into one ClusterNetworkPolicy (maxItems of its CRD), and its priorities.

/** Rules of one direction. */
export const maxRules = 25
/** Peers of one rule. */
export const maxPeers = 25
/** Items of `protocols` of one rule. */
export const maxProtocols = 25
/** Items of `networks` and of `domainNames`. */
export const maxNames = 25
/** Highest priority; the lowest is 0. */
export const maxPriority = 1000
