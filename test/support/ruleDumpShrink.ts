// Makes a dump that shows a fault smaller, line by line, so that a person can see what it is about.
import type { RuleDump } from './ruleDumps.ts'

/** Whether a dump shows the fault. One that cannot be loaded or read shows nothing. */
export type Shows = (dump: RuleDump) => boolean | Promise<boolean>

/** The dump without all the lines that the fault does not need. */
export async function shrinkDump(dump: RuleDump, shows: Shows): Promise<RuleDump> {
  let best = dump
  const parts: readonly ((text?: string) => readonly [string, RuleDump])[] = [
    (text = best.rules[4]) => [text, { ...best, rules: { ...best.rules, 4: text } }],
    (text = best.rules[6]) => [text, { ...best, rules: { ...best.rules, 6: text } }],
    (text = best.sets) => [text, { ...best, sets: text }],
  ]
  for (let before = ''; before !== JSON.stringify(best); ) {
    before = JSON.stringify(best)
    for (const part of parts) {
      const [text] = part()
      const lines = await shrinkLines(text.split('\n'), (rest) =>
        shown(part(withoutEmptyTables(rest.join('\n')))[1], shows),
      )
      best = part(withoutEmptyTables(lines.join('\n')))[1]
    }
  }
  return best
}

/** Takes out runs of lines, long ones first; tables stay between their first and last lines. */
async function shrinkLines(
  lines: readonly string[],
  shows: (lines: readonly string[]) => Promise<boolean>,
): Promise<readonly string[]> {
  let best = lines
  for (let size = best.length; size > 0; size = size >> 1) {
    for (let at = 0; at < best.length; ) {
      const frame = best.slice(at, at + size).filter((line) => /^(\*|COMMIT)/.test(line))
      const rest = [...best.slice(0, at), ...(size > 1 ? frame : []), ...best.slice(at + size)]
      const isFrame = rest.length === best.length || (size === 1 && frame.length > 0)
      if (!isFrame && (await shows(rest))) best = rest
      else at += size
    }
  }
  return best
}

/** Text without tables that have no chains left. */
function withoutEmptyTables(text: string): string {
  return text.replaceAll(/^\*.*\nCOMMIT\n?/gm, '')
}

async function shown(dump: RuleDump, shows: Shows): Promise<boolean> {
  try {
    return await shows(dump)
  } catch {
    return false
  }
}
