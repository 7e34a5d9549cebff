// Names that a file defines for values: `define x = { 22, 80 }`, used as `$x`. Blocks have their own.
import type { Expression } from './syntax.ts'

/** What is defined at one place of a file. */
export class Variables {
  readonly #scopes: Map<string, Expression>[] = [new Map()]

  get(name: string): Expression | undefined {
    return this.#scopes.findLast((scope) => scope.has(name))?.get(name)
  }

  define(name: string, value: Expression): void {
    this.#scopes.at(-1)?.set(name, value)
  }

  undefine(name: string): void {
    this.#scopes.at(-1)?.delete(name)
  }

  open(): void {
    this.#scopes.push(new Map())
  }

  close(): void {
    this.#scopes.pop()
  }
}
