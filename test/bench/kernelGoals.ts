// The goals of `npm run bench kernel`, and which of them one run has met.
import type { NodeShape } from './kernelInputs.ts'
import type { Engine } from './kernelRules.ts'

/** What the goals are about. */
interface Notes {
  /** Of a new flow's packet to no firewall, by number of pods. */
  readonly ratios: Map<number, number>
  /** Microseconds that rules alone add to a packet. */
  readonly extras: Map<number, number>
  load: number
}

const noted = new Map<Engine, Notes>()

function noteOf(engine: Engine): Notes {
  const known = noted.get(engine) ?? { ratios: new Map(), extras: new Map(), load: Number.NaN }
  noted.set(engine, known)
  return known
}

/** Remembers what a packet costs. */
export function notePacketCost(
  engine: Engine,
  shape: NodeShape,
  ratio: number,
  extra: number,
): void {
  if (shape.profiles === shape.pods) return
  noteOf(engine).ratios.set(shape.pods, ratio)
  noteOf(engine).extras.set(shape.pods, extra)
}

/** Remembers how long the files of a node take to load. */
export function noteLoad(engine: Engine, { pods, peers }: NodeShape, seconds: number): void {
  if (pods === 10_000 && peers === 'five') noteOf(engine).load = seconds
}

/** Says of each engine which goals hold. */
export function printGoals(): void {
  console.log('# kernel: goals')
  for (const [engine, { ratios, extras, load }] of noted) {
    const most = engine === 'nftables' ? 1.1 : 1.3
    const ratio = ratios.get(10_000) ?? Number.NaN
    const added = [...extras].map(([pods, micros]) => `${micros.toFixed(2)} at ${pods}`).join(', ')
    const say = (holds: boolean): string => (holds ? 'holds' : 'missed')
    console.log(
      `${engine.padEnd(16)} a new flow's packet at 10,000 pods ${ratio.toFixed(2)}× (goal ${most}: ${say(ratio <= most)}); ` +
        `µs added: ${added}; load ${load.toFixed(2)} s (goal 0.2: ${say(load < 0.2)})`,
    )
  }
  console.log('')
}
