// Our own firewalls. Comments of rules hold the policy and the place in its source; chains of pods with
// the same policies are shared, and what leads to them is commented with the pods' names.
import type { Chain, Rule, Table } from '../../ruleset/types.ts'
import { commentsIn } from './comments.ts'
import { byName, jumpsInto, type Known, type NameTable, recogniseBy } from './naming.ts'
import { ruleNumber } from './policies.ts'
import type { Generator } from './types.ts'

/** Recognises what `netpolc compile --target iptables,nftables` writes. */
export const netpolc: Generator = {
  name: 'netpolc',
  recognise: () =>
    recogniseBy({
      name: 'netpolc',
      chain: (table, chain) =>
        table.engine === 'nftables' && table.name === 'netpolc'
          ? (profile(table, chain, nftProfile) ?? byName(chain.name, nftNames))
          : (profile(table, chain, iptablesProfile) ?? byName(chain.name, iptablesNames)),
      set: (name) => byName(name, setNames),
    }),
}

const iptablesNames: NameTable = [
  [/^NP-(?:FORWARD|INPUT|OUTPUT)$/, "entry from the kernel's hook"],
  [/^NP-(?:EGRESS|DE-[a-z2-7]{16})$/, "choice of the sender's policies"],
  [/^NP-(?:INGRESS|DI-[a-z2-7]{16})$/, "choice of the receiver's policies"],
  [/^NP-(?:TO-HOST|DH-[a-z2-7]{16})$/, "choice of the sender's policies, for its own node"],
  [/^NP-(?:FROM-HOST|DN-[a-z2-7]{16})$/, "choice of the receiver's policies, for its own node"],
  [/^NP-V-[a-z2-7]{16}$/, 'name of the loaded version'],
]

const nftNames: NameTable = [
  [/^(?:forward|input|output)$/, "entry from the kernel's hook"],
  [/^transit$/, "choice of the sender's and the receiver's policies"],
  [/^refuse[46]$/, 'end of what is refused'],
  [/^version-[a-z2-7]{16}$/, 'name of the loaded version'],
  [/^/, 'chain of no known kind'],
]

const setNames: NameTable = [
  [/^np[46]-[a-z2-7]{16}$/, 'addresses of peers'],
  [/^itself[46]$/, "pods' ways to themselves"],
  [/^(?:egress|ingress|tohost|fromhost)[46]$/, "choice of pods' policies"],
  [/^(?:egress|ingress|tohost|fromhost)[46]-[a-z2-7]{16}-.*$/, 'addresses of peers'],
]

const purposes: Readonly<Record<string, string>> = {
  E: 'egress of pods',
  I: 'ingress of pods',
  H: 'egress of pods to their own node',
  N: 'ingress of pods from their own node',
  egress: 'egress of pods',
  ingress: 'ingress of pods',
  tohost: 'egress of pods to their own node',
  fromhost: 'ingress of pods from their own node',
}

const iptablesProfile = /^NP-([EIHN])-[a-z2-7]{16}(?:-\d+)?$/
const nftProfile = /^(egress|ingress|tohost|fromhost)[46]-[a-z2-7]{16}$/

function profile(table: Table, chain: Chain, pattern: RegExp): Known | null {
  const [, word = ''] = pattern.exec(chain.name) ?? []
  const purpose = purposes[word]
  if (purpose === undefined) return null
  const subject = podsOf(table, chain.name)
  const pods = subject === null ? '' : `, for ${subject}`
  const ownRule = (rule: Rule): string | null => {
    const words = policyWords(rule)
    return words && `${words}${pods}`
  }
  return { purpose, subject, rule: (rule) => commentsIn(rule)[0] ?? null, ownRule }
}

/** More pods than this are only counted. */
const namedPods = 3

function podsOf(table: Table, chain: string): string | null {
  const first = table.chains.has(chain) ? chain.replace(/^(NP-[EIHN]-[a-z2-7]{16})-\d+$/, '$1') : ''
  const titles = jumpsInto(table, first)
    .flatMap(({ rule }) => commentsIn(rule))
    .filter((comment) => /^[^\s/]+\/[^\s/]+$/.test(comment))
  const pods = [...new Set(titles)]
  if (pods.length === 0) return null
  if (pods.length > namedPods)
    return `pods ${pods.slice(0, namedPods).join(', ')} and ${pods.length - namedPods} more`
  return `${pods.length === 1 ? 'pod' : 'pods'} ${pods.join(', ')}`
}

const place = /^(\S+) (.+:\d+)(?: ((?:ingress|egress)\S*))?$/

/** `policy shop/db, ingress rule 1 (db.yaml:11)`; null where no policy is named. */
function policyWords(rule: Rule): string | null {
  const [comment] = commentsIn(rule)
  if (comment === undefined) return null
  // Several places are of one rule that several were joined to.
  const [, title, at = '', path = ''] = place.exec(comment.split(', ')[0] ?? '') ?? []
  if (title === undefined) return null
  const number = ruleNumber(path)
  const direction = /^(ingress|egress)/.exec(path)?.[1]
  const which = number === null || direction === undefined ? '' : `, ${direction} rule ${number}`
  return `policy ${title}${which} (${at})`
}
