// Nesting that was flattened, as happens when a policy is copied from a web page: `metadata` or
// `spec` is empty, and what belongs inside stands beside it.
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { Located } from './located.ts'
import type { Source } from './source.ts'

/** Keys that never stand at the top of a Kubernetes object. */
const innerKeys = [
  'podSelector',
  'policyTypes',
  'ingress',
  'egress',
  'matchLabels',
  'matchExpressions',
  'selector',
  'name',
  'namespace',
]

/** Reports a flattened Kubernetes object as NP1009; true when it did. */
export function reportLostIndentation(source: Source, root: Located, reporter: Reporter): boolean {
  if (root.kind !== 'map' || !root.entries.has('kind')) return false
  const misplaced = innerKeys.find((key) => root.entries.has(key))
  const emptied = ['spec', 'metadata'].find((key) => {
    const value = root.entries.get(key)?.value
    return value?.kind === 'scalar' && value.value === null
  })
  if (misplaced === undefined || emptied === undefined) return false
  const [entry, head] = [root.entries.get(misplaced), root.entries.get(emptied)]
  if (entry === undefined || head === undefined) return false
  if (source.text.charAt(entry.keyStart - 1) === '\t') {
    const at = { source, start: entry.keyStart - 1, end: entry.keyStart }
    reporter.report('NP1003', { message: 'a tab is used as indentation', at })
    return true
  }
  reporter.report('NP1009', {
    message: `the indentation was lost: "${misplaced}" stands beside the empty "${emptied}"`,
    at: { source, start: entry.keyStart, end: entry.keyEnd },
    also: [{ span: { source, start: head.keyStart, end: head.keyEnd }, text: 'empty' }],
  })
  return true
}
