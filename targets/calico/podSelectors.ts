// Pods of one end of a rule as the selectors of a Calico entity, whose meaning depends on the policy's
// scope: a NetworkPolicy confines them to its own namespace unless there is a namespaceSelector.
import { onlyNamespace, serviceAccountNameLabel } from '../../src/ir/selector.ts'
import type { PodMatch, Selector } from '../../src/ir/types.ts'
import { type End, isEveryPod } from './ends.ts'
import { maxRules, maxSelectorLength } from './limits.ts'
import type { PeerContext } from './peers.ts'
import {
  accountSelector,
  joined,
  type LabelOwner,
  matchFault,
  printPodSelector,
  printSelector,
  wholeSelector,
} from './selector.ts'
import { cutToFit } from './selectorCut.ts'
import type { CalicoAccounts, CalicoEntity } from './types.ts'

type Selectors = Omit<CalicoEntity, 'nets' | 'notNets' | 'ports' | 'notPorts' | 'services'>

/** The selectors that together mean the pods of an end; an empty object where it asks for none. */
export function podSelectors({ pods, notPods }: End, context: PeerContext): readonly Selectors[] {
  const fault = [...(pods === null ? [] : [pods]), ...notPods]
    .map(matchFault)
    .find((one) => one !== undefined)
  if (fault !== undefined) {
    context.complain(fault.code, fault.fact)
    return []
  }
  const without = notPods.length === 0 ? {} : { notSelector: notSelector(notPods, context) }
  if (pods === null) return [without]
  return namespaceParts(pods, context).flatMap((namespaces) =>
    texts(pods.pods, 'pod', context).flatMap((selector) =>
      accountParts(pods.serviceAccounts, context).map((accounts) => ({
        ...namespaces,
        selector,
        ...without,
        ...accounts,
      })),
    ),
  )
}

function notSelector(notPods: readonly PodMatch[], context: PeerContext): string {
  const some = notPods.some(isEveryPod)
    ? ({ kind: 'all' } as const)
    : joined('or', notPods.map(wholeSelector))
  const text = printPodSelector(some)
  if (context.enforcesLimits && text.length > maxSelectorLength)
    tooLong('notSelector', text, context)
  return text
}

function namespaceParts({ namespaces }: PodMatch, context: PeerContext): readonly Selectors[] {
  if (context.namespace === null && namespaces.kind === 'all') return [{}]
  if (context.namespace !== null && onlyNamespace(namespaces) === context.namespace) return [{}]
  return texts(namespaces, 'namespace', context).map((namespaceSelector) => ({ namespaceSelector }))
}

/** Calico does not label pods with names of service accounts that are longer. */
const maxAccountName = 62

function accountParts(accounts: Selector, context: PeerContext): readonly Selectors[] {
  if (accounts.kind === 'all') return [{}]
  const parts = accounts.kind === 'and' ? accounts.of : [accounts]
  const named = parts.find(isNames)
  const rest = joined(
    'and',
    parts.filter((part) => part !== named),
  )
  const names = named?.kind === 'in' ? { names: named.values } : {}
  if (rest.kind === 'all') return [{ serviceAccounts: names }]
  return texts(rest, 'service account', context).map((selector) => {
    const serviceAccounts: CalicoAccounts = { ...names, selector }
    return { serviceAccounts }
  })
}

function isNames(part: Selector): boolean {
  return (
    part.kind === 'in' &&
    part.key === serviceAccountNameLabel &&
    part.values.every(({ length }) => length <= maxAccountName)
  )
}

const printers: Readonly<Record<LabelOwner, (selector: Selector) => string>> = {
  namespace: printSelector,
  pod: printPodSelector,
  'service account': (selector) => printSelector(accountSelector(selector)),
}

function texts(selector: Selector, owner: LabelOwner, context: PeerContext): readonly string[] {
  const print = printers[owner]
  const pieces = cutToFit(selector, (piece) => print(piece).length <= maxSelectorLength, maxRules)
  if (pieces !== null) return pieces.map(print)
  const whole = print(selector)
  if (context.enforcesLimits) tooLong(`${owner} selector`, whole, context)
  return [whole]
}

function tooLong(what: string, { length }: string, { complain }: PeerContext): void {
  complain(
    'NP5014',
    `${what} has ${length} characters, Calico takes ${maxSelectorLength}, and it does not fall into shorter alternatives`,
  )
}
