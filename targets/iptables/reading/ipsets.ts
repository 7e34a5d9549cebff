// ipset save → the sets of the kernel as values. Commands change them as `ipset restore` has it.
//
// A set with timeouts is not fully known: what is in it goes by itself, and what comes into it comes from
// elsewhere. So is one whose default timeout is not 0, and one with any element that has time left; a
// set that was only made able to have timeouts (`timeout 0`), and whose elements all stay, is known.
import type { Code } from '../../../src/diagnostics/catalog.ts'
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { NamedSet } from '../../../src/ruleset/types.ts'
import type { Source } from '../../../src/source/source.ts'
import type { Extent } from './extension.ts'
import { IpsetDraft, readOptions } from './ipsetDraft.ts'
import { componentsOf } from './ipsetTypes.ts'
import { linesIn, type Word, wordsOf } from './lexer.ts'

/** What a dump of ipsets holds, and whether there was more in it than could be read. */
export interface IpsetDump {
  readonly sets: ReadonlyMap<string, NamedSet>
  readonly isPartial: boolean
}

/** Reads a dump; findings are NP8001, NP8002, NP8004 and NP8005. Throws nothing. */
export function readIpsets(source: Source, reporter: Reporter): IpsetDump {
  return new IpsetReader(source, reporter).read()
}

type Command = (words: readonly Word[], at: Extent) => void

class IpsetReader {
  readonly #source: Source
  readonly #reporter: Reporter
  readonly #sets = new Map<string, IpsetDraft>()
  /** Types that were reported not to be known. */
  readonly #strange = new Set<string>()
  #isPartial = false

  constructor(source: Source, reporter: Reporter) {
    this.#source = source
    this.#reporter = reporter
  }

  read(): IpsetDump {
    for (const { start, end, isLast } of linesIn(this.#source.text)) this.#line(start, end, isLast)
    const sets = new Map<string, NamedSet>()
    for (const [name, draft] of this.#sets) sets.set(name, draft.finish(name))
    return { sets, isPartial: this.#isPartial }
  }

  #line(start: number, end: number, isLast: boolean): void {
    const { words, isOpen } = wordsOf(this.#source.text, start, end, false)
    const [first, name] = words
    if (first === undefined || first.text.startsWith('#')) return
    const at = { start: first.start, end: words.at(-1)?.end ?? end }
    if (isOpen) this.#complain('NP8001', at, 'a quote is not closed')
    const command = this.#commands.get(first.text.replace(/^-+(?=..)/, ''))
    if (command !== undefined) command(words, at)
    else this.#complain('NP8001', at, `"${first.text.slice(0, 40)}" begins no line of ipset save`)
    if (!isLast || name === undefined) return
    this.#sets.get(name.text)?.fail()
    this.#complain('NP8002', at, 'the last line does not end: the text may be cut off')
  }

  readonly #commands: ReadonlyMap<string, Command> = new Map<string, Command>([
    ...named('create new n N', (words, at) => this.#create(words, at)),
    ...named('add a A', (words, at) => this.#add(words, at)),
    ...named('del d D', (words, at) => this.#setOf(words, at)?.delete(words[2]?.text ?? '')),
    ...named('flush F', (words) => {
      for (const draft of this.#named(words)) draft.flush()
    }),
    ...named('destroy x X', (words) => {
      if (words[1] === undefined) this.#sets.clear()
      else this.#sets.delete(words[1].text)
    }),
    ...named('rename swap e E w W', (words) => this.#exchange(words)),
    ...named('COMMIT quit exist !', () => {}),
  ])

  /** The set that a command names, or all of them. */
  #named(words: readonly Word[]): readonly IpsetDraft[] {
    const [, name] = words
    if (name === undefined) return [...this.#sets.values()]
    const draft = this.#sets.get(name.text)
    return draft === undefined ? [] : [draft]
  }

  #create(words: readonly Word[], at: Extent): void {
    const [, name, type] = words
    if (name === undefined || type === undefined) {
      this.#complain('NP8001', at, 'a set needs a name and a type')
      return
    }
    let isSound = true
    const complain = (where: Extent, message: string): void => {
      isSound = false
      this.#complain('NP8005', where, message)
    }
    const given = readOptions(words, 'create', complain)
    if (this.#sets.has(name.text) && given.has('exist')) return
    const draft = new IpsetDraft(name.text, type.text, given, this.#source, at, complain)
    if (!isSound) draft.fail()
    this.#sets.set(name.text, draft)
    if (componentsOf(type.text) !== undefined || this.#strange.has(type.text)) return
    this.#strange.add(type.text)
    this.#complain('NP8004', type, `sets of type "${type.text}" are not modelled`)
  }

  #add(words: readonly Word[], at: Extent): void {
    const draft = this.#setOf(words, at)
    const [, , element] = words
    if (draft === undefined) return
    if (element === undefined) {
      this.#complain('NP8001', at, 'there is no element to add')
      return
    }
    let isSound = true
    const given =
      words.length === 3
        ? noOptions
        : readOptions(words, 'add', (where, message) => {
            isSound = false
            this.#complain('NP8005', where, message)
          })
    if (!draft.add(element.text, given, at)) {
      isSound = false
      this.#complain('NP8005', element, `"${element.text}" is no element of a set of its type`)
    }
    if (!isSound) draft.fail()
  }

  #setOf(words: readonly Word[], at: Extent): IpsetDraft | undefined {
    const [, name] = words
    const draft = this.#sets.get(name?.text ?? '')
    if (draft === undefined) {
      this.#complain('NP8001', name ?? at, `the set "${name?.text ?? ''}" was not created`)
    }
    return draft
  }

  /** Two names change places; where one of them is free, this is a new name. */
  #exchange(words: readonly Word[]): void {
    const [, from, to] = words.map(({ text }) => text)
    if (from === undefined || to === undefined) return
    const [first, second] = [this.#sets.get(from), this.#sets.get(to)]
    this.#sets.delete(from)
    if (second !== undefined) this.#sets.set(from, second)
    if (first !== undefined) this.#sets.set(to, first)
  }

  #complain(code: Code, { start, end }: Extent, message: string): void {
    if (code !== 'NP8004') this.#isPartial = true
    this.#reporter.report(code, { message, at: { source: this.#source, start, end } })
  }
}

const noOptions: ReadonlyMap<string, string> = new Map()

function named(names: string, command: Command): readonly (readonly [string, Command])[] {
  return names
    .split(' ')
    .flatMap((name) => [[name, command] as const, [`-${name}`, command] as const])
}
