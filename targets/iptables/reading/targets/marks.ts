// Targets that change marks.
import type { Deed, MarkPlace } from '../../../../src/ruleset/types.ts'
import {
  firstValue,
  type OptionUse,
  optionsOf,
  type RuleParts,
  type TargetExtension,
  textOf,
} from '../extension.ts'
import { allBits, readMasked, readNumber } from '../values.ts'

/** mark = (mark & ~mask) ^ value, for each way to say it. */
const arithmetic: Readonly<
  Record<string, (value: number, mask: number) => { readonly mask: number; readonly value: number }>
> = {
  'set-xmark': (value, mask) => ({ mask, value }),
  'set-mark': (value, mask) => ({ mask: (value | mask) >>> 0, value }),
  'and-mark': (value) => ({ mask: ~value >>> 0, value: 0 }),
  'or-mark': (value) => ({ mask: value, value }),
  'xor-mark': (value) => ({ mask: 0, value }),
}

function change(use: OptionUse, of: MarkPlace, rule: RuleParts): readonly Deed[] {
  const masked = readMasked(firstValue(use))
  const compute = arithmetic[use.name]
  if (masked !== undefined && compute !== undefined) {
    return [{ kind: 'mark', of, ...compute(masked.value, masked.mask) }]
  }
  rule.fault(use, `"${firstValue(use)}" is no value of a mark`)
  return [{ kind: 'unknown mark', of, mask: allBits }]
}

const changes = 'set-xmark=1 set-mark=1 and-mark=1 or-mark=1 xor-mark=1'

function readMark(uses: readonly OptionUse[], rule: RuleParts): readonly Deed[] {
  return uses.filter(({ name }) => name in arithmetic).flatMap((use) => change(use, 'packet', rule))
}

/** Shifted marks are not followed: each of their bits may be anything. */
function readConnectionMark(uses: readonly OptionUse[], rule: RuleParts): readonly Deed[] {
  const isShifted = uses.some(({ name }) => name.endsWith('-shift-mark'))
  return uses.flatMap((use): readonly Deed[] => {
    const isCopy = use.name === 'save-mark' || use.name === 'restore-mark'
    const to: MarkPlace = use.name === 'restore-mark' ? 'packet' : 'connection'
    if (isShifted && (isCopy || use.name in arithmetic)) {
      return [{ kind: 'unknown mark', of: to, mask: allBits }]
    }
    if (!isCopy) return use.name in arithmetic ? change(use, 'connection', rule) : []
    const mask = maskOf('mask', uses, allBits, rule)
    const connection = maskOf('ctmask', uses, mask, rule)
    const packet = maskOf('nfmask', uses, mask, rule)
    return to === 'packet'
      ? [{ kind: 'copy mark', to, fromMask: connection, toMask: packet }]
      : [{ kind: 'copy mark', to, fromMask: packet, toMask: connection }]
  })
}

function maskOf(
  name: string,
  uses: readonly OptionUse[],
  otherwise: number,
  rule: RuleParts,
): number {
  const use = uses.find((one) => one.name === name)
  if (use === undefined) return otherwise
  const mask = readNumber(firstValue(use))
  if (mask === undefined) rule.fault(use, `"${firstValue(use)}" is no mask`)
  return mask ?? otherwise
}

const hashOptions = `hmark-tuple=1 hmark-mod=1 hmark-offset=1 hmark-rnd=1 hmark-src-prefix=1
  hmark-dst-prefix=1 hmark-sport-mask=1 hmark-dport-mask=1 hmark-spi-mask=1 hmark-sport=1
  hmark-dport=1 hmark-spi=1 hmark-proto-mask=1`

const anyMark: Deed = { kind: 'unknown mark', of: 'packet', mask: allBits }

/** Sends to a socket of this machine, or drops; a packet that goes on carries the mark. */
function readProxy(uses: readonly OptionUse[], rule: RuleParts): readonly Deed[] {
  const mark = uses.find(({ name }) => name === 'tproxy-mark')
  const masked = mark && readMasked(firstValue(mark))
  const deeds: readonly Deed[] =
    masked === undefined
      ? []
      : [{ kind: 'mark', of: 'packet', mask: masked.mask, value: masked.value }]
  return [...deeds, rule.unknownDeed('TPROXY', textOf('TPROXY', uses), true)]
}

/** `--map-set` looks marks up in a set; the others change the set. */
function readSet(uses: readonly OptionUse[]): readonly Deed[] {
  const isMarked = uses.some(({ name }) => name === 'map-mark')
  const deeds = uses.flatMap(({ name, values }): readonly Deed[] => {
    if (name === 'add-set' || name === 'del-set') {
      return [{ kind: 'change set', name: values[0]?.text ?? '' }]
    }
    return name === 'map-set' && isMarked ? [anyMark] : []
  })
  return deeds.length === 0 ? [{ kind: 'none', name: 'SET' }] : deeds
}

/** Targets by what they do to marks and sets. */
export const markTargets: readonly TargetExtension[] = [
  { name: 'MARK', options: optionsOf(changes), read: readMark },
  {
    name: 'CONNMARK',
    options: optionsOf(
      `${changes} save-mark restore-mark mask=1 ctmask=1 nfmask=1 left-shift-mark=1 right-shift-mark=1`,
    ),
    read: readConnectionMark,
  },
  { name: 'HMARK', options: optionsOf(hashOptions), read: () => [anyMark] },
  {
    name: 'IPMARK',
    options: optionsOf('addr=1 and-mask=1 or-mask=1 shift=1'),
    read: () => [anyMark],
  },
  {
    name: 'TPROXY',
    options: optionsOf('on-port=1 on-ip=1 tproxy-mark=1'),
    read: readProxy,
  },
  {
    name: 'SET',
    options: optionsOf('add-set=2 del-set=2 map-set=2 exist timeout=1 map-mark map-prio map-queue'),
    read: readSet,
  },
]
