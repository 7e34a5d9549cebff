// What the rules do on the whole: which of the connections on a way can be opened, and whether those that
// are open go on. And what that depends on, where it is not certain.
import { type Diagram, nothing } from '../algebra/diagram.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import { partsOf } from '../proof/firewallDiff.ts'
import type { Header, Headers } from '../ruleset/headers.ts'
import { traceOf } from '../ruleset/trace.ts'
import { type Chances, newOn } from '../ruleset/ways.ts'
import type { Span } from '../source/source.ts'
import type { Fates, FilteredWay } from './fates.ts'
import type { Share, WayReport } from './report/types.ts'
import { headerWords } from './words.ts'

/** What becomes of packets on every way that is filtered. */
export function overviewOf(fates: Fates): readonly WayReport[] {
  return fates.filtered.flatMap((filtered): readonly WayReport[] => {
    const opening = fates.of(filtered, 'new')
    const going = fates.of(filtered, 'established')
    if (opening === null || going === null) return []
    const { way, family, machine, real } = filtered
    return [
      {
        path: way,
        family,
        opening: sharesOf(opening.direct, real, machine.headers),
        established: sharesOf(going.direct, real, machine.headers),
        isTranslating: opening.translations.length > 0,
      },
    ]
  })
}

function sharesOf({ accepted, dropped }: Chances, real: Diagram, { packets }: Headers): Share {
  const { store } = packets
  const [passing, stopped] = [store.and(accepted, real), store.and(dropped, real)]
  const sure = store.minus(passing, stopped)
  if (store.and(passing, stopped) !== nothing) {
    return sure === nothing && store.minus(stopped, passing) === nothing ? 'depends' : 'some depend'
  }
  if (stopped === nothing) return 'all'
  return sure === nothing ? 'none' : 'some'
}

/** Kinds of packets of one way that are looked at. */
const maxParts = 60

/** Reports what verdicts on new connections depend on, each place once: NP8123. */
export function reportUncertain(fates: Fates, reporter: Reporter): void {
  const found = new Map<string, { readonly at: Span; readonly example: string }>()
  for (const filtered of fates.filtered) {
    const fate = fates.of(filtered, 'new')
    if (fate === null) continue
    const { machine, way, real } = filtered
    const { store } = machine.headers.packets
    const unsure = store.all([fate.direct.accepted, fate.direct.dropped, real])
    for (const { set } of partsOf(
      machine.headers.forgetInterfaces(unsure),
      machine.headers.packets,
      maxParts,
    ).parts) {
      const header = machine.headers.someOf(store.and(set, unsure))
      if (header === null) continue
      for (const at of dependenciesOf(header, filtered)) {
        const key = `${at.source.name} ${at.start}`
        const example = `${headerWords(header, machine.headers)} (${way})`
        if (!found.has(key)) found.set(key, { at, example })
      }
    }
  }
  for (const { at, example } of found.values()) {
    const text = at.source.text.slice(at.start, at.end)
    const message = `whether packets are let on depends on "${text}", for example ${example}`
    reporter.report('NP8123', { message, at })
  }
}

/** What both ways of a packet rest on: that in which it is let on, and that in which it is not. */
function dependenciesOf(header: Header, { machine, way }: FilteredWay): readonly Span[] {
  return (['accept', 'drop'] as const).flatMap(
    (wanted) => traceOf(machine, newOn(way), header, wanted)?.dependsOn ?? [],
  )
}
