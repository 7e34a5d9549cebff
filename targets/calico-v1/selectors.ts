// Selectors and tags of Calico v1 → trees in the labels of Calico v3: the namespace and its labels have
// other names there, and labels that pods inherit from profiles are spelled out.
import { complain, type Place } from '../../src/schema/place.ts'
import { selectsLabels } from '../calico/reading/match.ts'
import { readSelectorText } from '../calico/reading/selectors.ts'
import type { SelectorTree } from '../calico/reading/selectorText.ts'
import type { Profiles } from './profiles.ts'

type Leaf = Extract<SelectorTree, { readonly label: string }>

const namespaceLabel = 'projectcalico.org/namespace'
/** What pods got from the CNI plugin: the name of their namespace. */
const oldNamespaceLabel = 'calico/k8s_ns'
/** What the integration gave to profiles of namespaces: the namespace's own labels. */
const namespacePrefix = 'k8s_ns/label/'
/** What only later versions know, and plain labels that no pod has here. */
const laterLabels = /^projectcalico\.org\/(namespace|orchestrator|serviceaccount)$|^pc(ns|sa)\./

/** The tree of a selector text; undefined where there is none, and after reporting a fault. */
export function readSelector(
  written: string | null | undefined,
  profiles: Profiles,
  place: Place,
): SelectorTree | undefined {
  if (written == null || written === '') return undefined
  const tree = readSelectorText(written, 'other', place)
  return tree === undefined ? undefined : inLaterWords(tree, profiles, place)
}

/** The pods that carry a tag; undefined where none is asked for. */
export function readTag(
  tag: string | null | undefined,
  profiles: Profiles,
  place: Place,
): SelectorTree | undefined {
  if (tag == null || tag === '') return undefined
  if (!/^[a-zA-Z0-9_.-]{1,128}$/.test(tag)) {
    const help = 'a tag has up to 128 letters, digits, "_", "-" and "."'
    complain(place, 'NP2018', { message: `"${tag}" is not a tag`, help })
    return nobody
  }
  const namespaces = profiles.tagged(tag)
  if (namespaces.length > 0) return inNamespaces(namespaces)
  complain(place, 'NP3004', {
    message: `no profile of a namespace in the input carries the tag "${tag}": it selects nothing`,
    help: 'add the profiles to the input, for example from "calicoctl get profiles -o yaml"',
  })
  return nobody
}

const nobody: SelectorTree = { kind: 'not', of: { kind: 'all' } }

function inNamespaces(names: readonly string[]): SelectorTree {
  return { kind: 'in', label: namespaceLabel, values: names }
}

function inLaterWords(tree: SelectorTree, profiles: Profiles, place: Place): SelectorTree {
  switch (tree.kind) {
    case 'all':
    case 'global':
      return tree
    case 'not':
      return { kind: 'not', of: inLaterWords(tree.of, profiles, place) }
    case 'and':
    case 'or':
      return { kind: tree.kind, of: tree.of.map((one) => inLaterWords(one, profiles, place)) }
    default:
      checkWords(tree, place)
      return leafInLaterWords(tree, profiles)
  }
}

function leafInLaterWords(leaf: Leaf, profiles: Profiles): SelectorTree {
  const { label } = leaf
  if (label === oldNamespaceLabel) return { ...leaf, label: namespaceLabel }
  if (label.startsWith(namespacePrefix)) {
    return { ...leaf, label: `pcns.${label.slice(namespacePrefix.length)}` }
  }
  return withInherited(leaf, profiles)
}

/** A pod's own label, or else that of its profile. */
function withInherited(leaf: Leaf, profiles: Profiles): SelectorTree {
  const isNegated = leaf.kind === 'compare' && leaf.by === '!='
  const positive: Leaf = isNegated ? { ...leaf, by: '==' } : leaf
  const namespaces = profiles.labelled(
    leaf.label,
    (value) => selectsLabels(positive, new Map([[leaf.label, value]]), () => false) === true,
  )
  if (namespaces.length === 0) return leaf
  const own: SelectorTree = { kind: 'has', label: leaf.label }
  const inherited: SelectorTree = {
    kind: 'and',
    of: [{ kind: 'not', of: own }, inNamespaces(namespaces)],
  }
  const either: SelectorTree = { kind: 'or', of: [positive, inherited] }
  return isNegated ? { kind: 'not', of: either } : either
}

/** What came with later versions would mean something else here, or nothing. */
function checkWords(leaf: Leaf, place: Place): void {
  if (leaf.kind === 'compare' && leaf.by !== '==' && leaf.by !== '!=') {
    const help = "list the values: \"in { 'a', 'b' }\""
    complain(place, 'NP2017', { message: `selector: Calico v1 has no "${leaf.by}"`, help })
  }
  if (!laterLabels.test(leaf.label)) return
  complain(place, 'NP2021', {
    message: `the label "${leaf.label}" is one of Calico v3: no pod had it with Calico v1`,
    help: `the namespace's name is "${oldNamespaceLabel}", its labels are "${namespacePrefix}<key>"`,
  })
}
