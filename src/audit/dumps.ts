// Dumps of one machine, in whatever forms → one rule set. What a file is, is found by its text.
import { looksLikeIpsetDump, looksLikeIptablesDump } from '../../targets/iptables/reading/detect.ts'
import { linkSets } from '../../targets/iptables/reading/link.ts'
import { groupBy } from '../algebra/order.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { NamedSet, Ruleset, Table } from '../ruleset/types.ts'
import type { Source } from '../source/source.ts'
import { dumpForms } from './forms.ts'
import { inputOf } from './report/contents.ts'
import type { InputForm, ReadInput } from './report/types.ts'

/** A form of dumps. */
export interface DumpForm {
  readonly name: InputForm
  readonly looksLike: (text: string) => boolean
  readonly read: (source: Source, reporter: Reporter) => DumpContent
}

/** What one file holds. */
export interface DumpContent {
  readonly tables: readonly Table[]
  readonly ipsets: ReadonlyMap<string, NamedSet>
  readonly isPartial: boolean
}

/** All that was read. */
export interface ReadDumps {
  readonly ruleset: Ruleset
  readonly inputs: readonly ReadInput[]
  /** Names of files that could not be read whole. */
  readonly partial: readonly string[]
}

/** Reads dumps in the order given; `ipsets` are dumps of ipsets, be they empty. */
export function readDumps(
  dumps: readonly Source[],
  ipsets: readonly Source[],
  reporter: Reporter,
): ReadDumps {
  const wanted = [
    ...dumps.flatMap(parted).map((source) => ({ source, form: formOf(source) })),
    ...ipsets.map((source) => ({ source, form: formNamed('ipset save') })),
  ]
  const read = wanted.map(({ source, form }) => readOne(source, form, reporter))
  const isNothing = reportNothing(wanted, reporter)
  const tables = lastOfEach(
    read.flatMap(({ content }) => content.tables),
    reporter,
  )
  const sets = new Map(read.flatMap(({ content }) => [...content.ipsets]))
  const linked = linkSets(withoutTwins(tables, reporter), sets)
  const ruleset = {
    tables: linked.tables,
    ipsets: linked.sets,
    knowsIpsets: read.some(({ input }) => input.form === 'ipset save'),
    isPartial: read.some(({ content }) => content.isPartial),
  }
  return {
    ruleset,
    inputs: read.map(({ input }) => input),
    partial: read.flatMap(({ input, content }) =>
      isNothing || content.isPartial ? [input.file] : [],
    ),
  }
}

const empty: DumpContent = { tables: [], ipsets: new Map(), isPartial: false }

interface ReadOne {
  readonly input: ReadInput
  readonly content: DumpContent
}

function readOne(source: Source, form: DumpForm | null, reporter: Reporter): ReadOne {
  if (form === null && !isBlank(source)) {
    reporter.report('NP8001', {
      message: `"${source.name}" is no dump of a kind that is known`,
      at: { source, ...firstLine(source.text) },
      help: `known are: ${dumpForms.map(({ name }) => name).join(', ')}`,
    })
    return readAs(source, 'unknown', { ...empty, isPartial: true })
  }
  // A machine without sets or rules gives an empty dump, or nothing but comments.
  if (form === null) return readAs(source, 'empty', empty)
  return readAs(source, form.name, form.read(source, reporter))
}

function readAs(source: Source, form: InputForm, content: DumpContent): ReadOne {
  return { input: inputOf(source.name, form, content), content }
}

function isBlank({ text }: Source): boolean {
  return !/^[ \t]*[^\s#]/m.test(text)
}

function firstLine(text: string): { readonly start: number; readonly end: number } {
  const start = text.search(/\S/)
  const end = text.slice(start).search(/[\r\n]|$/)
  return { start, end: start + Math.min(end, 200) }
}

/**
 * Sets and rules that were written to one file, as a source each: what is of the other is blank there, so
 * that places stay where they are.
 */
function parted(source: Source): readonly Source[] {
  const { name, text } = source
  if (!looksLikeIpsetDump(text) || !looksLikeIptablesDump(text)) return [source]
  const lines = text.split('\n').map((line) => ({ line, isSet: /^(create|add) /.test(line) }))
  const only = (wanted: boolean): string =>
    lines.map(({ line, isSet }) => (isSet === wanted ? line : ' '.repeat(line.length))).join('\n')
  return [
    { name, text: only(true) },
    { name, text: only(false) },
  ]
}

function formOf({ text }: Source): DumpForm | null {
  return dumpForms.find(({ looksLike }) => looksLike(text)) ?? null
}

function formNamed(name: InputForm): DumpForm | null {
  return dumpForms.find((form) => form.name === name) ?? null
}

/** Nothing at all is more likely a dump that failed than a machine without a firewall. */
function reportNothing(
  wanted: readonly { readonly source: Source }[],
  reporter: Reporter,
): boolean {
  const [first] = wanted
  if (first === undefined || !wanted.every(({ source }) => isBlank(source))) return false
  const { source } = first
  reporter.report('NP1001', {
    message: 'the dump is empty',
    at: { source, start: 0, end: 0 },
    help: 'take it as root: without rights the programs that dump rules print nothing',
  })
  return true
}

/** Of one table in two files the later one stays, as restoring them in turn would leave it. */
function lastOfEach(tables: readonly Table[], reporter: Reporter): readonly Table[] {
  const groups = groupBy(tables, ({ engine, families, name }) =>
    [engine, families.join(), name].join(' '),
  )
  return [...groups.values()].flatMap((own) => {
    const last = own.at(-1)
    if (last === undefined) return []
    if (own.length > 1) {
      const also = own.slice(0, -1).map(({ at }) => ({ span: at, text: 'not taken' }))
      const message = `table ${last.name} is in several dumps`
      reporter.report('NP8003', { message, at: last.at, also })
    }
    return [last]
  })
}

/**
 * What `iptables-nft` wrote is listed by `nft`, too. Where both were dumped the packets would pass the
 * same rules twice: the words of iptables are taken, which nft has not for all of it.
 */
function withoutTwins(tables: readonly Table[], reporter: Reporter): readonly Table[] {
  const shapes = new Map(
    tables.flatMap((table) => (table.engine === 'iptables' ? [[shapeOf(table), table]] : [])),
  )
  return tables.filter((table) => {
    const twin = table.engine === 'nftables' ? shapes.get(shapeOf(table)) : undefined
    if (twin === undefined) return true
    reporter.report('NP8003', {
      message: `table ${table.name} of nftables is that of iptables, which was dumped too`,
      at: table.at,
      also: [{ span: twin.at, text: 'this one is taken' }],
      help: 'the rules as iptables prints them were taken',
    })
    return false
  })
}

function shapeOf({ name, families, chains }: Table): string {
  const used = [...chains.values()].filter(({ rules }) => rules.length > 0)
  const counts = used.map((chain) => `${chain.name} ${chain.rules.length}`)
  return [name, families.join(), ...counts.sort()].join('\n')
}
