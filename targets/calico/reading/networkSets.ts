// NetworkSet and GlobalNetworkSet: addresses with labels, which selectors of rules pick like pods. All
// sets there are must be in the input; one that is not there selects nothing.
import {
  bitsOf,
  blockOf,
  type Cidr,
  parseAddress,
  parseCidr,
} from '../../../src/algebra/address.ts'
import { complain, each, into, type Place } from '../../../src/schema/place.ts'
import { selectsLabels } from './match.ts'
import type { RawNetworkSet } from './schema.ts'
import type { SelectorTree } from './selectorText.ts'

/** The sets of an input. */
export interface NetworkSets {
  /** The blocks of the sets that a tree selects; a set of which that is not known is reported. */
  readonly selectedBy: (tree: SelectorTree, place: Place) => readonly Cidr[]
}

/** One set with the labels that Calico gives it. */
export interface NetworkSet {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  /** null for a GlobalNetworkSet. */
  readonly namespace: string | null
  readonly nets: readonly Cidr[]
}

/** Reads one set. Unlike in rules, host bits and single addresses are fine in it. */
export function readNetworkSet(
  raw: RawNetworkSet,
  name: string,
  namespace: string | null,
  place: Place,
): NetworkSet {
  const own = Object.entries(raw.metadata.labels ?? {})
  for (const [key] of own.filter(([label]) => label === 'projectcalico.org/namespace')) {
    const message = `the label "${key}" is set by Calico alone`
    complain(into(into(place, 'metadata'), 'labels', key), 'NP2019', { on: 'key', message })
  }
  const given: [string, string][] =
    namespace === null
      ? []
      : [
          ['projectcalico.org/namespace', namespace],
          ['pcns.projectcalico.org/name', namespace],
          ['pcns.kubernetes.io/metadata.name', namespace],
        ]
  const nets = each(into(place, 'spec', 'nets'), raw.spec?.nets).flatMap(({ item, at }) => {
    const cidr = blockIn(item)
    if (cidr !== undefined) return [cidr]
    complain(at, 'NP2010', { message: `"${item}" is neither a CIDR nor an address` })
    return []
  })
  return { name, labels: new Map([...own, ...given]), namespace, nets }
}

function blockIn(text: string): Cidr | undefined {
  const address = parseAddress(text)
  return address === undefined ? parseCidr(text)?.cidr : blockOf(address, bitsOf(address.family))
}

/** The sets of an input as one thing that selectors are held against. */
export function networkSets(sets: readonly NetworkSet[]): NetworkSets {
  return {
    selectedBy: (tree, place) =>
      sets.flatMap((set) => {
        const isUnknown = (label: string): boolean =>
          set.namespace !== null && label.startsWith('pcns.') && !set.labels.has(label)
        const selected = selectsLabels(tree, set.labels, isUnknown)
        if (selected !== null) return selected ? set.nets : []
        complain(place, 'NP2021', {
          message: `whether the network set "${set.namespace}/${set.name}" is meant depends on labels of its namespace, which are not known`,
          help: 'select namespaces by name, or leave network sets out by "projectcalico.org/orchestrator == \'k8s\'"',
        })
        return []
      }),
  }
}
