// A script of an apply kit: parts of shell text one after the other, the beginning common to all.
import { makeRender, type TemplateSpec } from '../../emit/template.ts'
import { lockSh, rehearsalSh, startSh } from './templates.gen.ts'

/** The scripts of a kit. */
export type ScriptName = 'apply.sh' | 'check.sh' | 'remove.sh'

/** A script to be written beside a node's rules. */
export interface Script {
  readonly path: ScriptName
  readonly text: string
}

interface Start {
  readonly name: ScriptName
  readonly purpose: string
  /** What it means when the script ends with 1. */
  readonly one: string
}

const renderStart = makeRender<Start>(startSh)

/** A part without anything to fill in. */
export function part(spec: TemplateSpec): string {
  return makeRender<object>(spec)({})
}

/** The part that takes the lock, for scripts that change something. */
export const lock: string = part(lockSh)

/** The part that tries rules in a network namespace of its own, and compares. */
export const rehearsal: string = part(rehearsalSh)

/** Puts a script together: its name, what it does, and the parts that follow the common beginning. */
export function script(start: Start, parts: readonly string[]): Script {
  return { path: start.name, text: renderStart(start) + parts.join('') }
}
