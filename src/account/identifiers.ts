/**
 * Names of the account as identifiers of a program.
 *
 * @module
 */

/** Letters that Unicode doesn't take apart. */
const spelled: { readonly [letter: string]: string } = {
  œ: "oe",
  Œ: "Oe",
  æ: "ae",
  Æ: "Ae",
  ß: "ss",
  ø: "o",
  Ø: "O",
}

/** The words of a name, without accents: `Prénom du client` has three, `dateNaissance` two. */
const wordsOf = (name: string): ReadonlyArray<string> =>
  name.normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[œŒæÆßøØ]/g, (letter) => spelled[letter] ?? letter)
    .normalize("NFC")
    .replace(/([\p{Ll}\p{N}])(?=\p{Lu})/gu, "$1 ")
    .replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, "$1 ")
    .match(/(?:(?!_)\p{ID_Continue})+/gu) ?? []

const capitalized = (text: string): string => {
  const [first = "", ...rest] = text
  return first.toUpperCase() + rest.join("")
}

/** What every object has: a property of its own by such a name would hide it. */
const inherited: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype))

const identifierOf = (name: string, id: number): string => {
  const [first = "", ...others] = wordsOf(name).map((word) => word.toLowerCase())
  const camel = [first, ...others.map(capitalized)].join("").normalize("NFC")
  if (camel === "") return `field${id}`
  return /^\p{ID_Start}/u.test(camel) && !inherited.has(camel)
    ? camel
    : `field${capitalized(camel)}`
}

/** A thing of the account with a name for it that no other has. */
export interface Identified<A> {
  readonly identifier: string
  readonly thing: A
}

/**
 * Readable identifiers, each different: where two names are alike without their accents, spaces and
 * signs, the later one gets its id behind it.
 */
export const identify = <A extends { readonly id: number; readonly name: string }>(
  things: ReadonlyArray<A>,
): ReadonlyArray<Identified<A>> => {
  const taken = new Set<string>()
  return things.map((thing) => {
    let identifier = identifierOf(thing.name, thing.id)
    if (taken.has(identifier)) identifier += thing.id
    while (taken.has(identifier)) identifier += "_"
    taken.add(identifier)
    return { identifier, thing }
  })
}
