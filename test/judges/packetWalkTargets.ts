// Targets of iptables, as the walker of packets carries them out: verdicts, marks, new destinations.
import type { Clause, WrittenTable } from './packetWalkText.ts'
import {
  addressOf,
  blockOf,
  hasPorts,
  markOf,
  numberOf,
  portsOf,
  type View,
} from './packetWalkValues.ts'

/** What a rule does where its matches hold. */
export type Deed =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  /** Changes the packet or its connection, and goes on. */
  | { readonly kind: 'change'; readonly run: (view: View) => void }
  /** Gives the connection new ends; the answer ends the table's work. */
  | {
      readonly kind: 'translate'
      readonly run: (view: View, hook: string, own: OwnAddress) => 'accept' | 'drop'
    }
  | { readonly kind: 'unknown'; readonly text: string }

/** The node's address where a packet came in, for `REDIRECT`; null where there is none. */
export type OwnAddress = (view: View) => bigint | null

/** Makes the deed of a target. Throws at options that it does not know. */
export function makeDeed(
  target: (Clause & { readonly isGoto: boolean }) | null,
  { chains }: WrittenTable,
): Deed {
  if (target === null) return { kind: 'continue' }
  const { module, options, isGoto } = target
  if (chains.has(module)) return { kind: isGoto ? 'goto' : 'jump', chain: module }
  const words = new Map(options.map(({ name, args }) => [name, args[0] ?? '']))
  const make = makers[module]
  if (make !== undefined) return make(words)
  const text = [module, ...options.flatMap(({ name, args }) => [name, ...args])].join(' ')
  return { kind: 'unknown', text }
}

type Words = ReadonlyMap<string, string>
type Maker = (words: Words) => Deed

const decided =
  (kind: 'accept' | 'drop' | 'return' | 'continue'): Maker =>
  () => ({ kind })

const makers: Readonly<Record<string, Maker>> = {
  ACCEPT: decided('accept'),
  DROP: decided('drop'),
  REJECT: decided('drop'),
  RETURN: decided('return'),
  ...Object.fromEntries(
    ['LOG', 'NFLOG', 'ULOG', 'TCPMSS', 'CHECKSUM', 'CLASSIFY', 'DSCP', 'TOS', 'AUDIT'].map(
      (name) => [name, decided('continue')],
    ),
  ),
  MARK: (words) => {
    const [value, mask] = markWords(words)
    return change((view) => {
      view.mark = changed(view.mark, mask, value)
    })
  },
  CONNMARK: (words) => {
    const masks = (name: string): number => numberOf(words.get(name) ?? '0xffffffff')
    const [ofPacket, ofConnection] = [masks('--nfmask'), masks('--ctmask')]
    const run = connectionMarkChange(words, ofPacket, ofConnection)
    return change((view) => {
      if (view.connection !== null) run(view, view.connection)
    })
  },
  NOTRACK: () => change(untrack),
  CT: (words) => {
    if (!words.has('--notrack')) return { kind: 'continue' }
    return change(untrack)
  },
  DNAT: (words) => {
    const place = placeOf(words.get('--to-destination') ?? '')
    return translate((view) => redirectTo(view, place.address ?? view.destination, place.port))
  },
  REDIRECT: (words) => {
    const port = portIn(words.get('--to-ports'))
    return {
      kind: 'translate',
      run: (view, _, own) => {
        const address = own(view)
        if (address === null) return 'drop'
        redirectTo(view, address, port)
        return 'accept'
      },
    }
  },
  NETMAP: (words) => {
    const block = blockOf(words.get('--to') ?? '')
    const width = block.family === 6 ? 128 : 32
    const all = (1n << BigInt(width)) - 1n
    const moved = (address: bigint): bigint => (address & (all ^ block.mask)) | block.value
    return translate((view, hook) => {
      if (hook === 'PREROUTING' || hook === 'OUTPUT') {
        redirectTo(view, moved(view.destination), null)
      } else setSource(view, moved(view.source))
    })
  },
  SNAT: (words) => {
    const { address } = placeOf(words.get('--to-source') ?? '')
    return translate((view) => setSource(view, address ?? view.source))
  },
  MASQUERADE: () => translate((view) => markSource(view)),
}

function change(run: (view: View) => void): Deed {
  return { kind: 'change', run }
}

function translate(run: (view: View, hook: string) => void): Deed {
  return {
    kind: 'translate',
    run: (view, hook) => {
      run(view, hook)
      return 'accept'
    },
  }
}

// --- marks ---

function changed(mark: number, mask: number, value: number): number {
  return ((mark & ~mask) ^ value) >>> 0
}

/** What `--set-xmark` and its older forms change: mask and value. */
function markWords(words: Words): readonly [value: number, mask: number] {
  const get = (name: string): string => words.get(name) ?? ''
  if (words.has('--set-xmark')) return markOf(get('--set-xmark'))
  if (words.has('--set-mark')) {
    const [value, mask] = markOf(get('--set-mark'))
    return [value, (mask | value) >>> 0]
  }
  if (words.has('--or-mark')) return [numberOf(get('--or-mark')), numberOf(get('--or-mark'))]
  if (words.has('--and-mark')) return [0, ~numberOf(get('--and-mark')) >>> 0]
  if (words.has('--xor-mark')) return [numberOf(get('--xor-mark')), 0]
  throw new Error(`a change of marks that nobody knows: ${[...words.keys()].join(' ')}`)
}

function connectionMarkChange(
  words: Words,
  ofPacket: number,
  ofConnection: number,
): (view: View, connection: { mark: number }) => void {
  if (words.has('--save-mark')) {
    return (view, connection) => {
      connection.mark = changed(connection.mark, ofConnection, view.mark & ofPacket)
    }
  }
  if (words.has('--restore-mark')) {
    return (view, connection) => {
      view.mark = changed(view.mark, ofPacket, connection.mark & ofConnection)
    }
  }
  const [value, mask] = markWords(words)
  return (_, connection) => {
    connection.mark = changed(connection.mark, mask, value)
  }
}

// --- connections ---

/** Only before tracking has begun. */
function untrack(view: View): void {
  if (view.connection === null) view.state = 'untracked'
}

interface Place {
  readonly address: bigint | null
  readonly port: number | null
}

/** Reads `address`, `address:port`, `[address]:port` or `:port`; one place only. */
function placeOf(text: string): Place {
  const [, bracketed, rest] = /^\[(.*)\](?::(.*))?$/.exec(text) ?? []
  if (bracketed !== undefined) return { address: addressOf(bracketed), port: portIn(rest) }
  if (text.split(':').length > 2) return { address: addressOf(text), port: null }
  const [address = '', port] = text.split(':')
  return { address: address === '' ? null : addressOf(address), port: portIn(port) }
}

function portIn(text: string | undefined): number | null {
  if (text === undefined) return null
  const [from, to] = portsOf(text)
  if (from !== to) throw new Error(`one of several ports: ${text}`)
  return from
}

function redirectTo(view: View, address: bigint, port: number | null): void {
  const target = hasPorts(view) && port !== null ? port : view.destinationPort
  if (address === view.destination && target === view.destinationPort) return
  view.destination = address
  view.destinationPort = target
  if (view.connection !== null) view.connection.isDestinationTranslated = true
}

function setSource(view: View, address: bigint): void {
  if (address === view.source) return
  view.source = address
  markSource(view)
}

function markSource({ connection }: View): void {
  if (connection !== null) connection.isSourceTranslated = true
}
