// Who wrote the chains of a rule set, and what for.
import type { Ruleset } from '../../ruleset/types.ts'
import { azureNpm } from './azureNpm.ts'
import { calico } from './calico.ts'
import { docker } from './docker.ts'
import { firewalld } from './firewalld.ts'
import { kubeProxy } from './kubeProxy.ts'
import { kubeRouter } from './kubeRouter.ts'
import { netpolc } from './netpolc.ts'
import type { Generator, GeneratorName, Recognition, RecognitionHints } from './types.ts'
import { generatorNames } from './types.ts'
import { ufw } from './ufw.ts'

const generators: readonly Generator[] = [
  calico,
  kubeRouter,
  azureNpm,
  kubeProxy,
  docker,
  ufw,
  firewalld,
  netpolc,
]

/** Recognises all that is known; no two generators give their chains the same names. */
export function recognise(ruleset: Ruleset, hints: RecognitionHints): Recognition {
  const all = generators.map((one) => one.recognise(ruleset, hints))
  const first = <T>(ask: (one: (typeof all)[number]) => T | null): T | null => {
    for (const one of all) {
      const answer = ask(one)
      if (answer !== null) return answer
    }
    return null
  }
  const chain: Recognition['chain'] = (table, name) => first((one) => one.chain(table, name))
  return {
    generators: countChains(ruleset, chain),
    chain,
    set: (name) => first((one) => one.set(name)),
    rule: (table, name, rule) => first((one) => one.rule(table, name, rule)),
    interfaces: new Map(all.flatMap(({ interfaces }) => [...interfaces])),
  }
}

function countChains(ruleset: Ruleset, chain: Recognition['chain']): Recognition['generators'] {
  const counts = new Map<GeneratorName, number>()
  for (const table of ruleset.tables) {
    for (const name of table.chains.keys()) {
      const generator = chain(table, name)?.generator
      if (generator !== undefined) counts.set(generator, (counts.get(generator) ?? 0) + 1)
    }
  }
  return generatorNames.flatMap((name) => {
    const chains = counts.get(name)
    return chains === undefined ? [] : [{ name, chains }]
  })
}
