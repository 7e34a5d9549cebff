// Azure's network policy manager: chains `AZURE-NPM…`, sets `azure-npm-…`. Names of policies' chains and of
// sets are hashes (32-bit FNV, since 2026 SHA-256), what they stand for is in the comments of rules.
import type { Direction, Policy } from '../../ir/types.ts'
import type { Chain, Rule, Ruleset, Table } from '../../ruleset/types.ts'
import { chainHashes, policyHashes, setHashes } from './azureNpmNames.ts'
import { commentsIn, findInComments } from './comments.ts'
import {
  byName,
  jumpsInto,
  type Known,
  type NameTable,
  placeInChain,
  recogniseBy,
} from './naming.ts'
import { policiesOf, sectionOf, type WrittenRule, writtenRules } from './policies.ts'
import type { Generator, RecognitionHints } from './types.ts'

/** Recognises what Azure NPM writes. */
export const azureNpm: Generator = {
  name: 'Azure NPM',
  recognise: (ruleset, hints) => {
    const reader = new NpmReader(ruleset, hints)
    return recogniseBy({
      name: 'Azure NPM',
      chain: (table, chain) => reader.chain(table, chain),
      set: (name) => reader.set(name),
    })
  },
}

const staticChains: NameTable = [
  [/^AZURE-NPM$/, 'entry: ingress first, then egress'],
  [/^AZURE-NPM-INGRESS$/, "choice of policies' ingress, by destination"],
  [/^AZURE-NPM-EGRESS$/, "choice of policies' egress, by source"],
  [/^AZURE-NPM-INGRESS-ALLOW-MARK$/, 'mark of what ingress allows, on the way to egress'],
  [/^AZURE-NPM-ACCEPT$/, 'traffic that policies let on'],
  [/^AZURE-NPM-(?:INGRESS|INRGESS|EGRESS)-DROPS$/, 'end of isolated pods (version 1)'],
  [/^AZURE-NPM-(INGRESS|EGRESS)-(?:PORT|FROM|TO)(?:-NS|-POD)?$/, 'rules of policies (version 1)'],
  [/^AZURE-NPM-(?:TARGET-SETS|KUBE-SYSTEM)$/, 'choice of pods (version 1)'],
]

const jumpComment = /^(?:IN|E)GRESS-POLICY-([^/\s]+\/\S+?)-(?:TO|FROM)-\S*-IN-ns-\S+$/
/** A set of blocks is called after the place of its rule. */
const blockPlace =
  /^ALLOW-(?:FROM|TO)-cidr-\S+?[-:]in-ns[-:]\S+?-(\d+)-\d+(?:IN|OUT)(?:-(?:ON|TO)-|$)/

class NpmReader {
  readonly #ruleset: Ruleset
  readonly #hints: RecognitionHints
  readonly #policies: ReadonlyMap<string, Policy>
  readonly #byHash: ReadonlyMap<string, string>
  #sets: ReadonlyMap<string, string> | null = null

  constructor(ruleset: Ruleset, hints: RecognitionHints) {
    this.#ruleset = ruleset
    this.#hints = hints
    const known = policiesOf(hints).filter(({ policy }) => policy.namespace !== null)
    this.#policies = new Map(
      known.map(({ policy }) => [`${policy.namespace}/${policy.name}`, policy]),
    )
    this.#byHash = policyHashes([...this.#policies.keys()])
  }

  chain(table: Table, chain: Chain): Known | null {
    const known = byName(chain.name, staticChains)
    if (known !== null) return known
    const [, word, digest = ''] = /^AZURE-NPM-(INGRESS|EGRESS)-([0-9a-z]+)$/.exec(chain.name) ?? []
    if (word === undefined) return byName(chain.name, [[/^AZURE-NPM/, 'chain of no known kind']])
    return this.#policyChain(table, chain, word === 'INGRESS' ? 'ingress' : 'egress', digest)
  }

  set(name: string): Known | null {
    if (!name.startsWith('azure-npm-')) return null
    this.#sets ??= setHashes(this.#setTitles())
    const title = this.#sets.get(name)
    return title === undefined
      ? { purpose: 'addresses of pods or blocks', subject: null }
      : { purpose: purposeOf(title), subject: subjectOf(title) }
  }

  #policyChain(table: Table, chain: Chain, direction: Direction, digest: string): Known {
    const jumps = jumpsInto(table, chain.name).map(({ rule }) => rule)
    const commented = findInComments(jumps, jumpComment)?.[1] ?? null
    // A comment is believed where the chain's name is made of it: long ones are cut.
    const isWhole = commented !== null && chainHashes(commented).includes(digest)
    const title = isWhole ? commented : (this.#byHash.get(digest) ?? commented)
    const purpose = `${direction} of a policy`
    if (title === null) return { purpose, subject: null }
    const policy = this.#policies.get(title)
    const rules = policy === undefined ? null : writtenRules(sectionOf(policy, direction))
    return {
      purpose,
      subject: `policy ${title}`,
      rule: (rule) => ruleWords(chain, rules, direction, rule),
    }
  }

  /** What sets may be called: names in comments, and what pods and namespaces have. */
  #setTitles(): ReadonlySet<string> {
    const titles = new Set<string>(['nslabel-all-namespaces'])
    for (const table of this.#ruleset.tables) {
      for (const chain of table.chains.values()) {
        if (!chain.name.startsWith('AZURE-NPM-')) continue
        for (const comment of chain.rules.flatMap(commentsIn)) {
          for (const title of titlesIn(comment)) titles.add(title)
        }
      }
    }
    const { cluster } = this.#hints
    for (const { name, labels } of cluster?.namespaces ?? []) {
      titles.add(`ns-${name}`)
      for (const label of labelNames(labels)) titles.add(`nslabel-${label}`)
    }
    for (const { labels, ports } of cluster?.pods ?? []) {
      for (const label of labelNames(labels)) titles.add(`podlabel-${label}`)
      for (const { name } of ports) titles.add(`namedport:${name}`)
    }
    return titles
  }
}

/** What is not allowed is marked by the last rule, which is nobody's. */
function ruleWords(
  chain: Chain,
  written: readonly WrittenRule[] | null,
  direction: Direction,
  rule: Rule,
): string {
  const comments = commentsIn(rule)
  if (comments.some((comment) => comment.startsWith('DROP-'))) {
    return `${direction}, what no rule allows`
  }
  const place = comments.flatMap((comment) => blockPlace.exec(comment)?.[1] ?? [])[0]
  const number = place === undefined ? numberOf(chain, written, rule) : Number(place) + 1
  return number === null
    ? `${direction}, ${placeInChain(chain, rule)}`
    : `${direction} rule ${number}`
}

/** Each rule becomes one for each peer and port; counted where that gives as many as are there. */
function numberOf(chain: Chain, written: readonly WrittenRule[] | null, rule: Rule): number | null {
  const made = (written ?? []).flatMap(({ number, rules }) =>
    rules.flatMap(({ peers, traffic }) =>
      Array.from({ length: peers.length * traffic.length }, () => number),
    ),
  )
  const allowing = chain.rules.filter(
    (one) => !commentsIn(one).some((comment) => comment.startsWith('DROP-')),
  )
  return made.length === allowing.length ? (made[allowing.indexOf(rule)] ?? null) : null
}

function titlesIn(comment: string): readonly string[] {
  const [, list = ''] =
    /^(?:ALLOW|DROP)-(?:FROM|TO)-(.+?)(?:-ON-[A-Z]+)?(?:-TO-PORT-[\d:]+)?$/.exec(comment) ??
    /^(?:IN|E)GRESS-POLICY-\S+?-(?:TO|FROM)-(.+?)-IN-ns-\S+$/.exec(comment) ??
    []
  const [, port] = /-TO-(namedport:\S+)$/.exec(comment) ?? []
  const titles = list
    .replace(/(?:-ON-[A-Z]+)?-TO-namedport:\S+$/, '')
    .split('-AND-')
    .map((title) => title.replace(/^!/, ''))
  return port === undefined ? titles : [...titles, port]
}

function labelNames(labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(labels).flatMap(([key, value]) => [key, `${key}:${value}`])
}

const kinds: NameTable = [
  [/^ns-(.+)$/, 'pods of a namespace', 'namespace $1'],
  [/^nslabel-all-namespaces$/, 'pods of all namespaces'],
  [/^nslabel-(.+)$/, 'pods of namespaces with a label', 'label $1'],
  [/^podlabel-(.+)$/, 'pods with a label', 'label $1'],
  [/^nestedlabel-(.+)$/, 'pods with one of several labels', 'label $1'],
  [/^namedport:(.+)$/, 'addresses and ports of a port with a name', 'port $1'],
  [/^cidr-(.+)[-:]in-ns[-:](.+)-(\d+)-(\d+)(?:IN|OUT)$/, 'blocks of a rule', 'policy $2/$1'],
  [/^empty-/, 'nothing'],
]

function purposeOf(title: string): string {
  return byName(title, kinds)?.purpose ?? 'addresses of pods or blocks'
}

function subjectOf(title: string): string | null {
  return byName(title, kinds)?.subject ?? null
}
