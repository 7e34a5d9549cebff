// Which labels selectors can see: Cilium makes identities from some labels only. These are its
// defaults (pkg/labelsfilter of cilium/cilium); the setting `labels` of an installation changes them.

/** Whether Cilium leaves a label out of identities by default. `key` is without its source. */
export function isUnseen(key: string): boolean {
  const ignored = ends(ignoredKeys, key)
  if (ignored.length === 0) return false
  // The longest inclusion wins against the shortest exclusion.
  return Math.max(0, ...ends(includedKeys, key)) <= Math.min(...ignored)
}

/** Whether a key is Cilium's own: it overwrites or drops a pod label of that name. */
export function isReserved(key: string): boolean {
  return key === 'io.kubernetes.pod.namespace' || key.startsWith('io.cilium.k8s.')
}

const includedKeys: readonly RegExp[] = [
  /^io\.kubernetes\.pod\.namespace/,
  /^io\.cilium\.k8s\.namespace\.labels/,
  /^app\.kubernetes\.io/,
  /^io\.cilium\.k8s\.policy\.cluster/,
]

const ignoredKeys: readonly RegExp[] = [
  /^io\.kubernetes/,
  /^kubernetes\.io/,
  /^statefulset\.kubernetes\.io\/pod-name/,
  /^apps\.kubernetes\.io\/pod-index/,
  /^batch\.kubernetes\.io\/job-completion-index/,
  /^.*beta\.kubernetes\.io/,
  /^k8s\.io/,
  /^pod-template-generation/,
  /^pod-template-hash/,
  /^controller-revision-hash/,
  /^annotation.*/,
  /^etcd_node/,
]

function ends(patterns: readonly RegExp[], key: string): readonly number[] {
  return patterns
    .filter((pattern) => pattern.test(key))
    .map((pattern) => pattern.exec(key)?.[0].length ?? 0)
}
