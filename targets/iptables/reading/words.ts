// Lines of iptables-save and ipset save as words, split as iptables-restore and ipset do: at blanks,
// with double quotes around what holds some and backslashes inside of them.
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Source, Span } from '../../../src/source/source.ts'

/** A word and where it stands. */
export interface Word {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** A line that is not empty and no comment. */
export interface Line {
  readonly source: Source
  readonly words: readonly Word[]
}

/** The lines of a source; a quote that is not closed is reported as NP2022. */
export function linesOf(source: Source, reporter: Reporter): readonly Line[] {
  const lines: Line[] = []
  let start = 0
  for (const text of source.text.split('\n')) {
    const bare = text.replace(/\r$/, '')
    const words = /^\s*(#|$)/.test(bare) ? [] : split(bare, start, source, reporter)
    if (words.length > 0) lines.push({ source, words })
    start += text.length + 1
  }
  return lines
}

const wordForm = /[ \t]*(?:"((?:[^"\\]|\\.)*)"(?=[ \t]|$)|([^ \t"]+))/y

function split(text: string, start: number, source: Source, reporter: Reporter): readonly Word[] {
  const words: Word[] = []
  const rest = text.trimEnd()
  wordForm.lastIndex = 0
  while (wordForm.lastIndex < rest.length) {
    const from = wordForm.lastIndex
    const [whole, quoted, plain] = wordForm.exec(rest) ?? []
    if (whole === undefined) {
      const at = { source, start: start + from, end: start + rest.length }
      reporter.report('NP2022', { message: 'a quote is not closed', at })
      return []
    }
    const end = start + from + whole.length
    const text = quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1')
    words.push({ text, start: end - whole.trimStart().length, end })
  }
  return words
}

/** The place of a word, or of a whole line. */
export function spanOf({ source, words }: Line, word?: Word): Span {
  const [first, last] = word === undefined ? [words[0], words.at(-1)] : [word, word]
  return { source, start: first?.start ?? 0, end: last?.end ?? 0 }
}
