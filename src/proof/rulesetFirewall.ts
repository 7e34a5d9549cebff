// Rule sets of either engine as firewalls of nodes that can be proved. A proof needs to know all that the
// rules do: what is missing or not modelled is refused, where audits go on with three answers.
import { nothing } from '../algebra/diagram.ts'
import { groupBy } from '../algebra/order.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { OutputFile } from '../emit/target.ts'
import { Headers } from '../ruleset/headers.ts'
import type { Ruleset } from '../ruleset/types.ts'
import { Machine } from '../ruleset/ways.ts'
import type { NodeFirewall } from './firewall.ts'
import { isKnownWhole } from './knownRules.ts'
import type { Packets } from './packets.ts'

/**
 * The firewalls of all nodes, from their rule files; the folder that a node's files are in has its name.
 * `read` makes one rule set of the files of a node. What a proof cannot rest on is reported:
 * `isKnownWhole` says with which codes.
 */
export function firewallsIn(
  files: readonly OutputFile[],
  read: (files: readonly OutputFile[]) => Ruleset,
  reporter: Reporter,
): readonly NodeFirewall[] {
  return [...groupBy(files, folderOf)].map(([folder, own]) =>
    firewallOf(folder.split('/').at(-1) ?? '', read(own), reporter),
  )
}

function folderOf({ path }: OutputFile): string {
  return path.split('/').slice(0, -1).join('/')
}

/** Answers throw `LimitReached` where they would take too long. */
function firewallOf(node: string, ruleset: Ruleset, reporter: Reporter): NodeFirewall {
  const machines = new WeakMap<Packets, Machine>()
  const machineFor = (packets: Packets): Machine => {
    const machine = machines.get(packets) ?? new Machine(ruleset, new Headers(packets))
    machines.set(packets, machine)
    return machine
  }
  let isTold = !isKnownWhole(ruleset, reporter)
  return {
    node,
    accepted: (way, packets, { source, destination }) => {
      const isLocal = { source: source === 'local', destination: destination === 'local' }
      const { direct, diverted } = machineFor(packets).fateOf({ way, state: 'new', isLocal })
      const isOpen = packets.store.and(direct.accepted, direct.dropped) !== nothing
      if ((isOpen || diverted !== nothing) && !isTold) {
        isTold = true
        const message = 'what the rules do rests on more than packets have here'
        reporter.report('NP2021', { message, at: ruleset.tables[0]?.at })
      }
      return direct.accepted
    },
  }
}
