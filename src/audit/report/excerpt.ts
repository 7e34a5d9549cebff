// Places of a dump as people see them: the file, the line, and the line's text around what is meant.
import { printable } from '../../diagnostics/render.ts'
import { positionAt, type Span } from '../../source/source.ts'

/** A place with a piece of its line, nothing in it that would write to a terminal. */
export interface Excerpt {
  /** `node.rules:12` */
  readonly place: string
  readonly line: number
  readonly before: string
  /** What is meant. */
  readonly marked: string
  readonly after: string
}

/** What is kept of what is meant, and of the line on each side of it. */
const most = { marked: 160, around: 60 }

/**
 * The excerpt of a place; of one over several lines, the first. A line may be a whole file: no more of it
 * is looked at than is shown.
 */
export function excerptOf({ source, start, end }: Span): Excerpt {
  const { text } = source
  const { line, column } = positionAt(source, start)
  const lineStart = start - column + 1
  const [near] = text.slice(start, start + most.marked + most.around + 1).split(/\r?\n/, 1)
  const rest = near ?? ''
  const length = Math.max(0, Math.min(end - start, rest.length, most.marked))
  const isCut = length === most.marked && end - start > length && rest.length > length
  const from = Math.max(lineStart, start - most.around)
  const behind = rest.slice(length, length + most.around)
  const isMore = length + behind.length < rest.length
  return {
    place: placeWords({ source, start, end }),
    line,
    before: `${from > lineStart ? '…' : ''}${printable(text.slice(from, start))}`,
    marked: `${printable(rest.slice(0, length))}${isCut ? '…' : ''}`,
    after: isCut ? '' : `${printable(behind)}${isMore ? '…' : ''}`,
  }
}

/** `node.rules:12` */
export function placeWords({ source, start }: Span): string {
  return `${printable(source.name)}:${positionAt(source, start).line}`
}
