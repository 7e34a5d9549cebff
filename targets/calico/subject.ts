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
  if (fault !== undefined || own.length === 0) return null
  const subject = namespace === null ? clusterSubject(own) : ownSubject(own)
  if (context.enforcesLimits) checkLengths(subject, complain)
  return subject
}

/** The match without the test that it is in the namespace; null where it does not say so. */
function withoutNamespace(match: PodMatch, namespace: string): PodMatch | null {
  const normal = normalMatch(match)
  // Nothing is confined to everywhere.
  if (normal === null) return match
  const { namespaces } = normal
  const parts = conjuncts(namespaces)
  const rest = parts.filter((part) => onlyNamespace(part) !== namespace)
  return rest.length === parts.length ? null : { ...match, namespaces: joined('and', rest) }
}

/** What all alternatives ask for stands in selectors of its own kind, the rest in one of them. */
function clusterSubject(matches: readonly PodMatch[]): CalicoSubject {
  const namespaces = shared(matches, 'namespaces')
  const rest = matches.map((match) => without(match, 'namespaces', namespaces))
  const { selector, ...accounts } = ownSubject(rest)
  return {
    selector,
    ...(namespaces.length === 0
      ? {}
      : { namespaceSelector: printSelector(joined('and', namespaces)) }),
    ...accounts,
  }
}

/** A NetworkPolicy has no namespaceSelector: labels of its namespace are asked for by their long names. */
function ownSubject(matches: readonly PodMatch[]): CalicoSubject {
  const accounts = shared(matches, 'serviceAccounts')
  const rest = matches.map((match) => wholeSelector(without(match, 'serviceAccounts', accounts)))
  return {
    selector: printPodSelector(joined('or', rest)),
    ...(accounts.length === 0
      ? {}
      : { serviceAccountSelector: printSelector(accountSelector(joined('and', accounts))) }),
  }
}

/** The tests of one kind of labels that every alternative has. */
function shared(matches: readonly PodMatch[], kind: keyof PodMatch): readonly Selector[] {
  const [first = [], ...others] = matches.map((match) => conjuncts(match[kind]))
  return first.filter((part) => others.every((parts) => parts.some((one) => isSame(one, part))))
}

function without(match: PodMatch, kind: keyof PodMatch, parts: readonly Selector[]): PodMatch {
  const rest = conjuncts(match[kind]).filter((part) => !parts.some((one) => isSame(one, part)))
  return { ...match, [kind]: joined('and', rest) }
}

function conjuncts(selector: Selector): readonly Selector[] {
  if (selector.kind === 'all') return []
  return selector.kind === 'and' ? selector.of : [selector]
}

function isSame(a: Selector, b: Selector): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
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
      'NP5014',
      `${words[key]} has ${length} characters in Calico's form, and Calico takes ${maxSelectorLength}`,
    )
  }
}
