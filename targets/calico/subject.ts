// The subject of a policy as its selectors. Calico confines a NetworkPolicy to its own namespace; a
// GlobalNetworkPolicy would govern host endpoints too, were they not left out by the test for a pod.
import type { Complain } from '../../src/emit/complain.ts'
import { onlyNamespace } from '../../src/ir/selector.ts'
import type { PodMatch, Selector } from '../../src/ir/types.ts'
import { maxSelectorLength } from './limits.ts'
import {
  accountSelector,
  joined,
  matchFault,
  normalMatch,
  printPodSelector,
  printSelector,
  wholeSelector,
} from './selector.ts'
import type { CalicoSubject } from './types.ts'

/** What the meaning of a subject depends on. */
export interface SubjectContext {
  /** null for a GlobalNetworkPolicy. */
  readonly namespace: string | null
  readonly enforcesLimits: boolean
  readonly complain: Complain
}

/** The pods that one of the matches selects; null where there are none, or after complaining. */
export function calicoSubject(
  matches: readonly PodMatch[],
  context: SubjectContext,
): CalicoSubject | null {
  const { namespace, complain } = context
  const own = matches.flatMap((match) => {
    const confined = namespace === null ? match : withoutNamespace(match, namespace)
    if (confined !== null) return normalMatch(confined) ?? []
    complain('NP5001', 'Calico confines a NetworkPolicy to pods of its own namespace')
    return []
  })
  const fault = own.map(matchFault).find((one) => one !== undefined)
  if (fault !== undefined) complain(fault.code, fault.fact)
  const [first, second] = own
  if (fault !== undefined || first === undefined) return null
  const isPlain = second === undefined && (namespace === null || first.namespaces.kind === 'all')
  const subject = isPlain ? apart(first) : { selector: printPodSelector(whole(own)) }
  if (context.enforcesLimits) checkLengths(subject, complain)
  return subject
}

/** The match without the test that it is in the namespace; null where it does not say so. */
function withoutNamespace(match: PodMatch, namespace: string): PodMatch | null {
  const normal = normalMatch(match)
  // Nothing is confined to everywhere.
  if (normal === null) return match
  const { namespaces } = normal
  const parts = namespaces.kind === 'and' ? namespaces.of : [namespaces]
  const rest = parts.filter((part) => onlyNamespace(part) !== namespace)
  return rest.length === parts.length ? null : { ...match, namespaces: joined('and', rest) }
}

/** Each kind of labels in a selector of its own. */
function apart({ namespaces, pods, serviceAccounts }: PodMatch): CalicoSubject {
  return {
    selector: printPodSelector(pods),
    ...(namespaces.kind === 'all' ? {} : { namespaceSelector: printSelector(namespaces) }),
    ...(serviceAccounts.kind === 'all'
      ? {}
      : { serviceAccountSelector: printSelector(accountSelector(serviceAccounts)) }),
  }
}

/** All kinds in one selector, for alternatives that differ in several. */
function whole(matches: readonly PodMatch[]): Selector {
  return joined('or', matches.map(wholeSelector))
}

const words = {
  selector: 'pod selector',
  namespaceSelector: 'namespace selector',
  serviceAccountSelector: 'service account selector',
} as const

function checkLengths(subject: CalicoSubject, complain: Complain): void {
  for (const key of ['selector', 'namespaceSelector', 'serviceAccountSelector'] as const) {
    const { length } = subject[key] ?? ''
    if (length <= maxSelectorLength) continue
    complain(
      'NP5001',
      `${words[key]} has ${length} characters in Calico's form, and Calico takes ${maxSelectorLength}`,
    )
  }
}
