// Names of kube-router's sets: hashes of the policy's names, and of the rule's place and what it lists.
import type { Direction } from '../../ir/types.ts'
import { shortHash as hash } from './shortHash.ts'

/** What a set of a policy holds. */
export interface SetPlace {
  /** `target`: the policy's own pods; else what a rule lists. */
  readonly kind: 'target' | 'pods' | 'blocks' | 'exceptions of blocks' | 'pods with a named port'
  /** Null for `target`, where the set's prefix tells. */
  readonly direction: Direction | null
  /** The rule's place as its author counts, from 1. */
  readonly number: number | null
}

/** The sets of one policy. */
export interface PolicySets {
  /** What a set by this name holds; null where it is not the policy's. */
  readonly find: (set: string) => SetPlace | null
  /** All that it may have, by the hashes in their names. */
  readonly all: () => ReadonlyMap<string, SetPlace>
}

/** How many rules of one direction are looked for, where the policy is not known. */
const mostRules = 64
/** Ports with names, in one rule. */
const mostPorts = 4

/**
 * The sets of a policy with at most so many rules in one direction. Names are made as they are asked
 * for: most are among the first.
 */
export function policySets(
  namespace: string,
  policy: string,
  rules: number = mostRules,
): PolicySets {
  const base = namespace + policy
  const found = new Map<string, SetPlace>()
  // Versions before 2.0 knew no IP versions.
  for (const family of suffixes) {
    found.set(hash(base + family), { kind: 'target', direction: null, number: null })
  }
  let next = 0
  const addNext = (): void => {
    for (const [name, place] of namesOfRule(base, next)) found.set(name, place)
    next += 1
  }
  return {
    find: (set) => {
      const key = hashIn(set)
      if (key === null) return null
      while (!found.has(key) && next < rules) addNext()
      return found.get(key) ?? null
    },
    all: () => {
      while (next < rules) addNext()
      return found
    },
  }
}

/** The hash in the name of a policy's set; null in other names. */
export function hashIn(set: string): string | null {
  return /^(?:inet6:)?KUBE-(?:SRC|DST)-([A-Z2-7]{16})$/.exec(set)?.[1] ?? null
}

const suffixes = ['', 'IPv4', 'IPv6']
const lists: readonly (readonly [string, SetPlace['kind']])[] = [
  ['pod', 'pods'],
  ['ipblock', 'blocks'],
  ['ipblockexcept', 'exceptions of blocks'],
]

function namesOfRule(base: string, index: number): readonly (readonly [string, SetPlace])[] {
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    suffixes.flatMap((family) => {
      const place = (kind: SetPlace['kind']): SetPlace => ({ kind, direction, number: index + 1 })
      const rule = `${base}${direction}rule${index}`
      return [
        ...lists.map(([word, kind]) => [hash(rule + family + word), place(kind)] as const),
        ...Array.from(
          { length: mostPorts },
          (_, port) =>
            [hash(`${rule}${port}${family}namedport`), place('pods with a named port')] as const,
        ),
      ]
    }),
  )
}
