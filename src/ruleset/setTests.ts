// Which headers are in a set: an ipset, a set of nftables, or one that stands in a rule.
import type { Diagram } from '../algebra/diagram.ts'
import { type IntervalSet, union } from '../algebra/interval.ts'
import { groupBy } from '../algebra/order.ts'
import type { Headers } from './headers.ts'
import { isIn } from './marks.ts'
import {
  type NamedSet,
  type NumberRange,
  type PacketField,
  packetStates,
  type SetElement,
  type SetPart,
} from './types.ts'
import {
  type Answer,
  allOf,
  butNot,
  constant,
  never,
  ofInterface,
  perhaps,
  someOf,
  stateIn,
  sure,
  sureOrPerhaps,
  type View,
} from './view.ts'

/** Headers whose fields are in a set that has a name. `setOf` finds the members of a list. */
export function inNamedSet(
  set: NamedSet,
  fields: readonly PacketField[],
  view: View,
  headers: Headers,
  setOf: (name: string) => NamedSet | undefined,
): Answer {
  const held =
    set.members === null
      ? set.type === 'hash:net,iface'
        ? byNet(set.elements, fields, view, headers)
        : inElements(set.elements, fields, view, headers)
      : someOf(
          set.members.map((name) => {
            const member = setOf(name)
            return member === undefined || member.members !== null
              ? perhaps
              : inNamedSet(member, fieldsOf(member, fields), view, headers, setOf)
          }),
          headers,
        )
  const isOfFamily = set.family === null || set.family === headers.family
  if (!isOfFamily) return never
  return set.isKnown ? held : perhaps
}

/** A list hands on as many of its fields as a member asks for. */
function fieldsOf({ elements }: NamedSet, fields: readonly PacketField[]): readonly PacketField[] {
  return fields.slice(0, elements[0]?.parts.length ?? fields.length)
}

/** Headers whose fields are in one of the elements. */
export function inElements(
  elements: readonly SetElement[],
  fields: readonly PacketField[],
  view: View,
  headers: Headers,
): Answer {
  if (elements.some(({ isException }) => isException)) {
    return byWidth(elements).reduce((done, element) => {
      const own = inElement(element, fields, view, headers)
      return element.isException ? butNot(done, own, headers) : someOf([done, own], headers)
    }, never)
  }
  const groups = groupBy(elements, ({ parts }) => restKey(parts))
  const answers = [...groups.values()].map((group) => inGroup(group, fields, view, headers))
  return someOf(answers, headers)
}

/** Of nets with interfaces the kernel looks at the narrowest around an address only. */
function byNet(
  elements: readonly SetElement[],
  fields: readonly PacketField[],
  view: View,
  headers: Headers,
): Answer {
  const groups = groupBy(byWidth(elements), ({ parts: [net] }) => (net ? restKey([net, net]) : ''))
  return [...groups.values()].reduce((done, group) => {
    const net = group.map(({ parts, ...rest }) => ({
      ...rest,
      parts: parts.slice(0, 1),
      isException: false,
    }))
    const around = inElements(net, fields.slice(0, 1), view, headers)
    const own = inElements(group, fields, view, headers)
    return someOf([butNot(done, around, headers), own], headers)
  }, never)
}

/** Elements that differ in their first part at most: one union of intervals. */
function inGroup(
  group: readonly SetElement[],
  fields: readonly PacketField[],
  view: View,
  headers: Headers,
): Answer {
  const [first] = group
  if (first === undefined) return never
  const firsts = group.flatMap(({ parts: [part] }) => (part?.kind === 'numbers' ? part.set : []))
  const isNumbers = group.every(({ parts: [part] }) => part?.kind === 'numbers')
  if (!isNumbers) {
    return someOf(
      group.map((element) => inElement(element, fields, view, headers)),
      headers,
    )
  }
  const joined: SetPart = { kind: 'numbers', set: union(firsts) }
  const parts = [joined, ...first.parts.slice(1)]
  return inElement({ ...first, parts }, fields, view, headers)
}

function restKey([, ...rest]: readonly SetPart[]): string {
  return rest
    .map((part) => {
      if (part.kind === 'numbers') return part.set.map(({ from, to }) => `${from}-${to}`).join()
      if (part.kind === 'icmp') return `c ${part.type} ${part.code}`
      return part.kind === 'interface'
        ? `i ${part.name.text} ${part.name.isPrefix}`
        : `u ${part.text}`
    })
    .join('|')
}

function inElement(
  { parts }: SetElement,
  fields: readonly PacketField[],
  view: View,
  headers: Headers,
): Answer {
  if (fields.length !== parts.length) return perhaps
  return allOf(
    fields.map((field, index) => {
      const part = parts[index]
      return part === undefined ? perhaps : inPart(field, part, view, headers)
    }),
    headers,
  )
}

/** What a field being in a part says; a pair of kinds that do not fit is not modelled. */
function inPart(field: PacketField, part: SetPart, view: View, headers: Headers): Answer {
  if (part.kind === 'interface' && field.kind === 'interface') {
    return ofInterface(field.end, [part.name], view, headers)
  }
  if (part.kind === 'icmp' && field.kind === 'port') {
    const { type, code } = part
    return allOf(
      [
        sure(headers.field('type', [{ from: type, to: type }])),
        sure(headers.field('code', [{ from: code, to: code }])),
      ],
      headers,
    )
  }
  if (part.kind !== 'numbers') return perhaps
  const ranges = (): readonly NumberRange[] =>
    part.set.map(({ from, to }) => ({ from: Number(from), to: Number(to) }))
  const own = (set: Diagram): Answer => sure(set)
  switch (field.kind) {
    case 'address':
      return own(headers.addresses(field.end, part.set))
    case 'protocol':
      return own(headers.field('protocol', ranges()))
    case 'icmp type':
      return own(headers.field('type', ranges()))
    case 'icmp code':
      return own(headers.field('code', ranges()))
    case 'port':
      return field.end === 'destination'
        ? own(headers.field('port', ranges()))
        : sureOrPerhaps(headers.sourcePorts(ranges()))
    case 'mark':
      return constant(isIn(view.situation[field.of], 0xffffffff, ranges()))
    case 'state':
      return constant(holds(part.set, packetStates.indexOf(stateIn(view))))
    case 'family':
      return constant(holds(part.set, headers.family))
    case 'interface':
    case 'unknown':
      return perhaps
  }
}

function holds(set: IntervalSet, value: number): boolean {
  return set.some(({ from, to }) => from <= value && value <= to)
}

/** Wide elements before narrow ones, which then decide; the first part counts most. */
function byWidth(elements: readonly SetElement[]): readonly SetElement[] {
  return elements
    .map((element) => ({ element, widths: element.parts.map(widthOf) }))
    .sort((a, b) => compareWidths(b.widths, a.widths))
    .map(({ element }) => element)
}

function widthOf(part: SetPart): bigint {
  return part.kind === 'numbers'
    ? part.set.reduce((sum, { from, to }) => sum + to - from + 1n, 0n)
    : 0n
}

function compareWidths(a: readonly bigint[], b: readonly bigint[]): number {
  const at = a.findIndex((width, index) => width !== b[index])
  if (at < 0) return 0
  return (a[at] ?? 0n) < (b[at] ?? 0n) ? -1 : 1
}
